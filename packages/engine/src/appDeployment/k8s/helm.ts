import { NanteError } from '@nante/model';
import { runProcess, type Redactor } from '../../process';

/** A revision of a release, as `helm history` has it. */
export interface Revision {
  revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade` … */
  status: string;
  chart: string;
  description: string;
}

/** Where Helm and kubectl work. */
export interface Cluster {
  /** File. */
  kubeconfig: string;
  context: string;
  namespace: string;
  redactor: Redactor;
  signal: AbortSignal;
  log(line: string): void;
}

const missing = {
  why: 'to deploy to Kubernetes',
  how: 'Install Helm 3.13 or newer (https://helm.sh/docs/intro/install), or put it on the PATH.',
};
const queryMs = 60_000;
/** How much longer than its own limit Helm gets until it is stopped. */
const spareMs = 30_000;

/** Helm, for one release of one cluster. */
export class Helm {
  constructor(
    private readonly cluster: Cluster,
    private readonly release: string,
  ) {}

  /** Newest last; none where there is no such release. */
  async history(): Promise<Revision[]> {
    try {
      const text = await this.query('history', this.release, '--max', '20');
      return JSON.parse(text) as Revision[];
    } catch (error) {
      if (NanteError.is(error) && /release: not found/.test(error.message))
        return [];
      throw error;
    }
  }

  /**
   * Installs or upgrades, and waits until all of it is ready.
   *
   * @throws NanteError `failed` with what Helm says
   */
  async upgrade(
    chart: string,
    options: {
      valuesFiles: readonly string[];
      description: string;
      seconds: number;
      dryRun?: boolean;
    },
  ): Promise<void> {
    const { valuesFiles, description, seconds, dryRun } = options;
    await this.run(
      [
        ...['upgrade', '--install', this.release, chart],
        ...['--create-namespace', '--description', description],
        ...valuesFiles.flatMap(file => ['--values', file]),
        ...(dryRun
          ? ['--dry-run=server', '--hide-notes']
          : ['--wait', '--wait-for-jobs', '--timeout', `${seconds}s`]),
      ],
      seconds * 1000 + spareMs,
      !dryRun,
    );
  }

  /** Back to a revision, until all of it is ready again. */
  async rollback(revision: number, seconds: number): Promise<void> {
    await this.run(
      [
        ...['rollback', this.release, String(revision)],
        ...['--wait', '--timeout', `${seconds}s`],
      ],
      seconds * 1000 + spareMs,
    );
  }

  /** Takes the release away; one that is gone is success. */
  async uninstall(seconds: number): Promise<void> {
    await this.run(
      [
        ...['uninstall', this.release, '--ignore-not-found'],
        ...['--wait', '--timeout', `${seconds}s`],
      ],
      seconds * 1000 + spareMs,
    );
  }

  private async query(...args: string[]): Promise<string> {
    const { text } = await runProcess({
      ...this.command([...args, '--output', 'json'], queryMs),
      keepText: true,
    });
    return text;
  }

  private async run(
    args: readonly string[],
    timeoutMs: number,
    isShown = true,
  ): Promise<void> {
    await runProcess({
      ...this.command(args, timeoutMs),
      onLine: (_, line) => isShown && this.cluster.log(line),
    });
  }

  private command(args: readonly string[], timeoutMs: number) {
    const { kubeconfig, context, namespace, redactor, signal } = this.cluster;
    return {
      file: 'helm',
      args: [...args, '--namespace', namespace, '--kube-context', context],
      env: { KUBECONFIG: kubeconfig },
      ...{ timeoutMs, redactor, signal, missing },
    };
  }
}

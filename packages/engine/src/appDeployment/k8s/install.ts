import {
  NanteError,
  type AppDeploymentResult,
  type DeployK8sRequest,
  type KubernetesConnection,
  type RunDocument,
} from '@nante/model';
import { writeEntry } from '../../ledger/ledger';
import type { Lease } from '../../lock/lease';
import type { Run } from '../../operation/executeRun';
import { probeHealth } from '../probe';
import type { ChartSource } from './chartSource';
import { Helm, type Cluster } from './helm';
import { noteText, type DeployedNote } from './note';
import { podProblems } from './problems';
import { settle, type CurrentRelease } from './revisions';

/** Where a request leads, with what it leaves open. */
export interface Making {
  /** Connection. */
  cluster: string;
  /** Name of the secret with its kubeconfig. */
  secret: KubernetesConnection['kubeconfig'];
  context?: string;
  namespace: string;
  release: string;
  /** Private folder. */
  folder: string;
  /** Values of the request. */
  tree: object;
}

/** What is going to be deployed, and what is there. */
export interface Wanted {
  helm: Helm;
  at: Cluster;
  chart: ChartSource;
  valuesFiles: string[];
  note: DeployedNote;
  current: CurrentRelease;
}

/** Ledger entry of a release. */
export const entryIdOf = ({
  cluster,
  namespace,
  release,
}: Pick<Making, 'cluster' | 'namespace' | 'release'>) =>
  `kubernetes/${cluster}/app/${namespace}/${release}`;

/** What a deployment comes to as long as nothing is known of its health. */
export function resultOf(
  { version }: DeployK8sRequest,
  { cluster }: Making,
  { chart, current: { good } }: Pick<Wanted, 'chart' | 'current'>,
): Omit<AppDeploymentResult, 'healthy'> {
  return {
    ...{ kind: 'k8s', places: [cluster], version, what: chart.title },
    previousVersion: good && versionOf(good),
    ...{ health: [], problems: [], alreadyThere: false },
  };
}

function versionOf({ note, chart }: NonNullable<CurrentRelease['good']>) {
  return note?.version ?? chart;
}

interface Installing {
  run: Run;
  request: DeployK8sRequest;
  making: Making;
  wanted: Wanted;
}

/** Deploys, asks from outside, and goes back where either fails. */
export async function install(
  installing: Installing & { lease: Lease },
): Promise<Partial<RunDocument>> {
  const { run, request, making, wanted, lease } = installing;
  const { recorder, signal } = run;
  const { helm, note, current } = wanted;
  const { app, version, healthSeconds, healthUrl } = request;
  const isThere = current.good?.note?.fingerprint === note.fingerprint;

  await recorder.step('deploy', async step => {
    if (isThere) return step.skip('It runs there already, the same in all.');
    await lease.assertHeld();
    await writeApp(installing, 'intended');
    const settled = await settle(helm, current, healthSeconds);
    if (settled) recorder.log('warn', settled);
    try {
      await helm.upgrade(wanted.chart.path, {
        valuesFiles: wanted.valuesFiles,
        ...{ description: noteText(note), seconds: healthSeconds },
      });
    } catch (error) {
      return goBack(
        installing,
        ranOut(error)
          ? `${app} ${version} did not become ready within ${healthSeconds} s.`
          : `${app} ${version} could not be deployed: ${errorLineOf(error) ?? 'Helm failed'}`,
        { cause: error },
      );
    }
    await writeApp(installing, 'created');
    return step.detail(`${making.release} in ${making.namespace} is ready`);
  });

  const health: AppDeploymentResult['health'] = [];
  if (healthUrl)
    await recorder.step('health', async step => {
      const { ok, ...probed } = await probeHealth(healthUrl, {
        ...{ seconds: healthSeconds, signal },
      });
      const { url, answer } = probed;
      health.push(probed);
      if (ok) return step.detail(`${url} answers ${answer}`);
      const why = `${url} answers ${answer}, and not 2xx, after ${healthSeconds} s.`;
      if (!isThere) return goBack(installing, why, { health });
      throw new NanteError(
        'failed',
        `${why} It is what ran there before, too.`,
        {
          hint: 'Look at its pods, or deploy another version.',
        },
      );
    });
  const revisions = await helm.history();
  return {
    appDeployment: {
      ...resultOf(request, making, wanted),
      ...{ health, healthy: true, alreadyThere: isThere },
      revision: revisions.at(-1)?.revision,
      url: healthUrl && new URL('/', healthUrl).href,
    },
  };
}

function writeApp(
  { run: { store, recorder }, request, making }: Installing,
  state: 'intended' | 'created',
): Promise<void> {
  const { cluster, namespace, release } = making;
  return writeEntry(store, recorder.document.workspace, {
    id: entryIdOf(making),
    ...{ system: 'kubernetes', connection: cluster, kind: 'app' },
    ...{ outsideId: `${namespace}/${release}`, host: '' },
    ...{ requestId: request.requestId, runId: recorder.document.id, state },
    undo: `helm uninstall ${release} --namespace ${namespace}`,
  });
}

/**
 * Brings back what was good, also for a run that was cancelled, and fails.
 *
 * @throws NanteError `failed` that says both; `cancelled` where that is why
 */
async function goBack(
  { run, request, making, wanted }: Installing,
  why: string,
  found: { cause?: unknown; health?: AppDeploymentResult['health'] },
): Promise<never> {
  const { recorder, signal } = run;
  const { good } = wanted.current;
  const seconds = request.healthSeconds;
  // A cancelled run may still finish the way back.
  const at = { ...wanted.at, signal: AbortSignal.timeout(seconds * 2_000) };
  const helm = new Helm(at, making.release);
  const problems = await podProblems(at, making.release);
  for (const line of [why, ...problems]) recorder.log('error', line);
  await (good
    ? helm.rollback(good.revision, seconds)
    : helm.uninstall(seconds));
  const returnedTo = good ? versionOf(good) : '';
  await recorder.update({
    appDeployment: {
      ...resultOf(request, making, wanted),
      ...{ returnedTo, problems, healthy: good !== undefined },
      health: found.health ?? [],
    },
  });
  if (signal.aborted) throw found.cause ?? signal.reason;
  throw new NanteError(
    'failed',
    `${why} ${returnedTo ? `${returnedTo} was brought back and is ready.` : 'There was none before it, so that it was taken away.'}`,
    { hint: problems[0] ?? errorLineOf(found.cause), cause: found.cause },
  );
}

/** Helm waited as long as it was told to. */
function ranOut(error: unknown): boolean {
  return (
    error instanceof Error &&
    /timed out waiting|context deadline exceeded/.test(error.message)
  );
}

function errorLineOf(error: unknown): string | undefined {
  return NanteError.is(error)
    ? error.message.split('\n').find(line => /error/i.test(line))
    : undefined;
}

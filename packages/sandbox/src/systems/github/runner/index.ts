import { createHash } from 'node:crypto';
import type { RunnerHost, RunnerStatus } from '../index';
import { Execution, type ExecutionParts } from './execute';
import { ConcurrencyGroups } from './groups';
import type { InterruptTiming } from './interrupt';
import { markedProcesses, signal } from './processes';
import { checkRequirements } from './requirements';
import { useScanner } from './scanner';
import { foldersOf, preparePlace } from './surroundings';

/** How a runner is made. */
export interface RunnerOptions {
  /** Folder of everything that it writes. */
  folder: string;
  /** Program; the runner is off-line without one. */
  act: string | undefined;
  /** Folders that come first on the `PATH` of jobs. */
  path?: string[];
  /** Environment of every job. */
  env?: Record<string, string>;
  /** Of a cancelled run; as at GitHub unless told. */
  timing?: InterruptTiming;
}

/** A self-hosted runner at work. */
export interface GithubRunner {
  status: RunnerStatus;
  /** The machine goes away in the middle of the next job, or of those that run. */
  die(): void;
  stop(): Promise<void>;
}

const labels = ['self-hosted', 'linux', 'x64'];
/** Runs at the same time, each at a runner of its own. */
const names = ['sandbox-1', 'sandbox-2', 'sandbox-3'];

/** The runners of the sandbox: each takes the next run when it has none. */
class Workers {
  readonly #parts: ExecutionParts;
  readonly #host: RunnerHost;
  readonly #ids: Map<string, number>;
  readonly #busy = new Map<string, { work: Execution; ended: Promise<void> }>();
  readonly #undo: (() => void)[];
  #isStopped = false;
  #diesNext = false;

  constructor(host: RunnerHost, parts: ExecutionParts) {
    const { runs, organization } = host;
    this.#host = host;
    this.#parts = parts;
    this.#ids = new Map(
      names.map(name => [
        name,
        runs.registerRunner({ organization, name, os: 'linux', labels }),
      ]),
    );
    this.#undo = [
      runs.onQueued(() => this.#look()),
      runs.onCancel((run, how) => {
        for (const { work } of this.#busy.values())
          if (work.id === run) void work.cancel(how);
      }),
    ];
    this.#look();
  }

  die(): void {
    const working = [...this.#busy].filter(([, { work }]) => work.isWorking);
    for (const [name, { work }] of working) work.die(lost(name));
    this.#diesNext = working.length === 0;
  }

  /** Kills what runs; the server finds it unfinished when it starts again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const undo of this.#undo) undo();
    for (const { work } of this.#busy.values())
      work.die('The sandbox was stopped.');
    await Promise.all([...this.#busy.values()].map(({ ended }) => ended));
    for (const id of this.#ids.values()) this.#host.runs.setOnline(id, false);
  }

  #look() {
    for (const name of names) {
      if (this.#isStopped || this.#busy.has(name)) continue;
      const run = this.#host.runs.takeNext(this.#ids.get(name)!);
      if (!run) return;
      const work = new Execution(this.#parts, run, name);
      const ended = work.execute().then(() => {
        this.#busy.delete(name);
        this.#look();
      });
      this.#busy.set(name, { work, ended });
      if (this.#diesNext) void this.#dieSoon(name, work);
    }
  }

  async #dieSoon(name: string, work: Execution) {
    this.#diesNext = false;
    while (!work.isWorking && this.#busy.get(name)?.work === work)
      await new Promise(resolve => setTimeout(resolve, 20));
    work.die(lost(name));
  }
}

/** Starts the runner, or says why it cannot work. */
export async function startGithubRunner(
  host: RunnerHost,
  options: RunnerOptions,
): Promise<GithubRunner> {
  const { actVersion, problem } = await checkRequirements(options.act);
  if (problem || !options.act) {
    host.log(problem ?? '');
    return {
      status: { isOnline: false, labels, problem },
      die() {},
      async stop() {},
    };
  }
  const { folder, act, path = [], env = {}, timing } = options;
  const place = { folder, act, path, env };
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const mark = `nante-sandbox-${hash}-`;
  // Jobs of a sandbox that was killed.
  signal(markedProcesses(`RUNNER_TRACKING_ID=${mark}`, false), 'SIGKILL');
  preparePlace(place);
  await useScanner(foldersOf(place).bin, path);
  const workers = new Workers(host, {
    ...{ place, mark, timing },
    runs: host.runs,
    url: host.url,
    find: (owner, name) => host.findRepository(owner, name),
    groups: new ConcurrencyGroups(),
    actVersion,
  });
  return {
    status: { isOnline: true, labels },
    die: () => workers.die(),
    stop: () => workers.stop(),
  };
}

function lost(name: string): string {
  return `The self-hosted runner: ${name} lost communication with the server.`;
}

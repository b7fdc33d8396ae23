import type {
  OctopusApi,
  OctopusDashboard,
  OctopusEnvironment,
  OctopusFreeze,
  OctopusLifecycle,
  OctopusMachine,
  OctopusProject,
} from '@nante/clients';
import type { Engine } from '@nante/engine';
import { NanteError, type OctopusConnection } from '@nante/model';
import type {
  ConnectionHealth,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import { Refreshed } from '../caches/Refreshed';
import { withPatience } from '../caches/withPatience';
import { removalProblem } from '../hosts/guard';
import { DeploymentHistory } from './DeploymentHistory';

/** What runs where: one request for the whole space, and one for the freezes. */
export interface Board {
  dashboard: OctopusDashboard;
  freezes: OctopusFreeze[];
  /** Address of a project's page, by its id. */
  urls: Map<string, string>;
}

/** What seldom changes. */
export interface Inventory {
  environments: OctopusEnvironment[];
  lifecycles: OctopusLifecycle[];
  projects: OctopusProject[];
}

/** How long an answer serves, in milliseconds: less while something runs. */
const BOARD_QUIET = 10_000;
const BOARD_BUSY = 3_000;
/** A space with more targets than fit into one page is asked for them less often. */
const MACHINES_OF_ONE_PAGE = 1_000;
const MACHINES_SELDOM = 60_000;
const SELDOM = 300_000;
/** Deployments that no dashboard showed are looked for after that many milliseconds. */
const UNSEEN_AFTER = 3_600_000;
/** The catalog and the pages share a look that is no older; milliseconds. */
const OBSERVED_FOR = 5_000;
/** News of the history that the dashboard does not show: releases that were not deployed yet. */
const HISTORY_SELDOM = 60_000;
/** Pages don't wait longer than this, in milliseconds. */
const PATIENCE = 10_000;
const FIRST_PATIENCE = 1_500;
/** Longest time of one look at everything, in milliseconds: a slow server, or a strict limit. */
const READ_DEADLINE = 60_000;
const HISTORY_DEADLINE = 900_000;

/**
 * What one space of Octopus says, with short caches, however many people look. Three requests a look at most; what seldom
 * changes, and the history, come apart from it.
 */
export class OctopusSource {
  readonly name: string;
  readonly connection: OctopusConnection;
  readonly history: DeploymentHistory;
  readonly #engine: Pick<Engine, 'octopus'>;
  readonly #board: Refreshed<Board>;
  readonly #environments: Refreshed<OctopusEnvironment[]>;
  readonly #lifecycles: Refreshed<OctopusLifecycle[]>;
  readonly #projects: Refreshed<OctopusProject[]>;
  readonly #machines: Refreshed<OctopusMachine[]>;
  readonly #past: Refreshed<true>;
  readonly #now: () => number;
  /** A person said that what is missing is really gone. */
  #accepts = false;
  /** A run of ours made something that the history does not have yet. */
  #didSomething = false;
  /** Which answers of Octopus are not believed. */
  readonly #doubts = new Set<string>();
  /** Successes of the dashboard that the history does not reach back to. */
  #beyond = new Set<string>();
  #deploymentsAt = -Infinity;
  #latencyMs?: number;
  #version?: string;

  constructor(options: {
    name: string;
    connection: OctopusConnection;
    engine: Pick<Engine, 'octopus'>;
    now: () => number;
  }) {
    const { now } = options;
    this.name = options.name;
    this.connection = options.connection;
    this.#engine = options.engine;
    this.#now = now;
    this.history = new DeploymentHistory(now);
    const of = <T>(
      fetch: (
        api: OctopusApi,
        signal: AbortSignal,
        before: T | undefined,
      ) => Promise<T>,
      deadlineMs = READ_DEADLINE,
    ) =>
      new Refreshed<T>({
        fetch: async (signal, before) =>
          fetch(await this.api(), signal, before),
        ...{ now, deadlineMs },
      });
    this.#board = of((api, signal, before) =>
      this.#fetchBoard(api, signal, before),
    );
    this.#machines = of(async (api, signal, before) => {
      const machines = await api.machines({ signal });
      this.#believe('machines', before, machines, 'targets');
      return machines;
    });
    this.#environments = of(async (api, signal, before) => {
      const environments = await api.environments({ signal });
      this.#believe('environments', before, environments, 'environments');
      this.#version ??= await api
        .checkAccess({ signal })
        .then(({ version }) => version)
        // Only shown: the page does without it.
        .catch(() => undefined);
      return environments;
    });
    this.#lifecycles = of((api, signal) => api.lifecycles({ signal }));
    this.#projects = of(async (api, signal, before) => {
      const projects = await api.projects({ signal });
      this.#believe('projects', before, projects, 'projects');
      return projects;
    });
    this.#past = of(async (api, signal) => {
      const deployments =
        this.#hasNews() || this.#now() - this.#deploymentsAt > UNSEEN_AFTER;
      await this.history.sync(api, signal, { deployments });
      if (deployments) this.#deploymentsAt = this.#now();
      this.#beyond = new Set(this.#unknownSuccesses());
      return true as const;
    }, HISTORY_DEADLINE);
  }

  api(): Promise<OctopusApi> {
    return this.#engine.octopus(this.name);
  }

  /** What runs where, with health; the history is renewed behind it. Never throws, and never waits long. */
  async look(): Promise<void> {
    await withPatience(
      Promise.all([this.#readBoard(), this.#readMachines(), this.#readRest()]),
      PATIENCE,
    );
    const history = this.#readHistory();
    // A small space is read at once, and then the first look says all there is. What we did ourselves is looked for, too.
    if (!this.history.isComplete || this.#didSomething)
      await withPatience(
        history.then(() => {
          this.#didSomething = false;
        }),
        FIRST_PATIENCE,
      );
  }

  /** As `look`, and waits for the history, as long as a person would. */
  async lookBack(): Promise<void> {
    await this.look();
    await withPatience(this.#readHistory(), PATIENCE);
  }

  get board(): Board | undefined {
    return this.#board.value;
  }

  get inventory(): Inventory | undefined {
    const environments = this.#environments.value;
    const lifecycles = this.#lifecycles.value;
    const projects = this.#projects.value;
    return environments && lifecycles && projects
      ? { environments, lifecycles, projects }
      : undefined;
  }

  get machines(): OctopusMachine[] {
    return this.#machines.value ?? [];
  }

  /** True once Octopus has said which targets there are. */
  get knowsMachines(): boolean {
    return this.#machines.value !== undefined;
  }

  /** ISO time of the targets. */
  get machinesAt(): string {
    return isoTime(this.#machines.at) ?? new Date(0).toISOString();
  }

  /** ISO time of the matrix; undefined before the first. */
  get observedAt(): string | undefined {
    return isoTime(this.#board.at);
  }

  /**
   * Asks now which targets and environments there are.
   *
   * @param options - `accept`: a person said that what is missing is really gone
   * @throws when Octopus doesn't answer, or isn't believed
   */
  async observe(options: { accept?: boolean } = {}): Promise<{
    machines: OctopusMachine[];
    environments: OctopusEnvironment[];
  }> {
    this.#accepts = options.accept ?? false;
    try {
      if (options.accept) {
        await Promise.all([this.#projects.renew(), this.#board.renew()]);
      }
      const [machines, environments] = await Promise.all([
        this.#machines.renew(options.accept ? 0 : OBSERVED_FOR),
        options.accept
          ? this.#environments.renew()
          : // Pages renew them too: one at a time with what else changes seldom.
            this.#environments.require(2 * SELDOM),
      ]);
      return { machines, environments };
    } finally {
      this.#accepts = false;
    }
  }

  /** The next look asks again, and waits a moment for what is new. */
  invalidate(): void {
    this.#didSomething = true;
    this.#board.invalidate();
    this.#past.invalidate();
  }

  /** The next look asks again for targets too. */
  invalidateTargets(): void {
    this.#machines.invalidate();
  }

  get error(): string | undefined {
    return [this.#board, this.#machines, ...this.#seldom()].find(
      ({ error }) => error !== undefined,
    )?.error;
  }

  age(): SourceAge {
    const { error } = this;
    return {
      connection: this.name,
      ok:
        error === undefined &&
        (this.#board.value !== undefined || this.knowsMachines),
      lastSuccessAt: this.observedAt ?? isoTime(this.#machines.at),
      error,
      ...(this.#doubts.size > 0 && { doubt: true }),
    };
  }

  health(): ConnectionHealth {
    const { ok, lastSuccessAt, error } = this.age();
    return {
      name: this.name,
      type: 'octopus',
      url: this.connection.url ?? '',
      ok,
      readOnly: this.connection.readOnly,
      lastSuccessAt,
      latencyMs: this.#latencyMs,
      version: this.#version,
      error,
      doubt: this.#doubts.size > 0 ? 'targets' : undefined,
    };
  }

  #readBoard(): Promise<unknown> {
    return this.#board.read(isBusy(this.board) ? BOARD_BUSY : BOARD_QUIET);
  }

  #readMachines(): Promise<unknown> {
    return this.#machines.read(
      this.machines.length > MACHINES_OF_ONE_PAGE
        ? MACHINES_SELDOM
        : BOARD_QUIET,
    );
  }

  #seldom() {
    return [this.#environments, this.#lifecycles, this.#projects];
  }

  /** All that is not known yet; after that one at a time, so that no look asks for all of it at once. */
  #readRest(): Promise<unknown> {
    const all = this.#seldom();
    const lacking = all.filter(({ value }) => value === undefined);
    const [oldest] = all.sort((a, b) => b.age - a.age);
    return lacking.length
      ? Promise.all(lacking.map(one => one.read(BOARD_QUIET)))
      : oldest.read(SELDOM);
  }

  /** Soon where the dashboard shows a success that is not known, otherwise once in a while. */
  #readHistory(): Promise<unknown> {
    return this.#past.read(this.#hasNews() ? BOARD_BUSY : HISTORY_SELDOM);
  }

  #hasNews(): boolean {
    return this.#unknownSuccesses().some(id => !this.#beyond.has(id));
  }

  #unknownSuccesses(): string[] {
    const items = this.board?.dashboard.items ?? [];
    return items
      .filter(({ state }) => state === 'Success')
      .map(({ deploymentId }) => deploymentId)
      .filter(id => !this.history.hasDeployment(id));
  }

  async #fetchBoard(
    api: OctopusApi,
    signal: AbortSignal,
    before: Board | undefined,
  ): Promise<Board> {
    const startedAt = this.#now();
    const [dashboard, freezes] = await Promise.all([
      api.dashboard({ signal }),
      // Older servers have none, and a key may lack the right: the matrix does without, and Octopus itself refuses.
      api.freezes({ signal }).catch((error: unknown) => {
        if (NanteError.is(error) && error.code === 'unreachable') throw error;
        return [];
      }),
    ]);
    this.#latencyMs = this.#now() - startedAt;
    this.#believe(
      'board',
      before?.dashboard.projects,
      dashboard.projects,
      'projects',
    );
    const urls = await Promise.all(
      dashboard.projects.map(
        async ({ id, slug }): Promise<[string, string]> => [
          id,
          await api.pageUrl('projects', slug).catch(() => ''),
        ],
      ),
    );
    return { dashboard, freezes, urls: new Map(urls) };
  }

  /**
   * A key without rights gets an empty list with status 200, so a short answer alone proves nothing.
   *
   * @param key - which answer it is
   * @throws NanteError `failed`
   */
  #believe(
    key: string,
    before: { id: string }[] | undefined,
    now: { id: string }[],
    what: string,
  ): void {
    this.#doubts.delete(key);
    if (!before?.length || this.#accepts) return;
    const present = new Set(now.map(({ id }) => id));
    const missing = before.filter(({ id }) => !present.has(id)).length;
    const problem =
      now.length === 0
        ? `Octopus answered with no ${what} at all, ${before.length} are known; what was known is kept`
        : removalProblem(before.length, missing, `${what} of ${this.name}`);
    if (problem === undefined) return;
    this.#doubts.add(key);
    throw new NanteError('failed', problem, {
      hint: 'Check the rights of the API key and the space; if they are really gone, an operator accepts that on the hosts page.',
    });
  }
}

function isBusy(board: Board | undefined): boolean {
  return (
    board?.dashboard.items.some(({ state }) =>
      ['Queued', 'Executing', 'Cancelling'].includes(state),
    ) ?? false
  );
}

function isoTime(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined
    ? undefined
    : new Date(milliseconds).toISOString();
}

import type { Engine, RunOptions } from '@nante/engine';
import type { HostsChangedEvent } from '@nante/plugin-infrastructure-common';
import {
  type HostName,
  type HostRecord,
  pickRecords,
  readRecords,
} from '../records/records';
import type { RunEvents } from './RunEvents';

/** How the portal starts a run; `onRun` and `onLog` get what the notice board gets. */
export type RunnerOptions = Omit<RunOptions, 'door'>;

/** Verbs of the engine that start a run. */
type Verb =
  | 'provision'
  | 'destroy'
  | 'configure'
  | 'power'
  | 'resize'
  | 'snapshot'
  | 'onboard'
  | 'register'
  | 'deregister'
  | 'createProject'
  | 'createRelease'
  | 'deploy'
  | 'rollback'
  | 'publish'
  | 'createRepository'
  | 'setUpRepository'
  | 'proposeChange'
  | 'deployDocker'
  | 'deployK8s'
  | 'repair';

/** Starts runs for the portal, so that pages and catalog hear of every change. Each verb as the engine's of its name. */
export type Runner = {
  [V in Verb]: (
    request: Parameters<Engine[V]>[0],
    options?: RunnerOptions,
  ) => ReturnType<Engine[V]>;
};

/** Makes the runner. */
export function createRunner(deps: {
  engine: Engine;
  events: RunEvents;
}): Runner {
  const { engine, events } = deps;

  const watched = (requestId: string, options: RunnerOptions): RunOptions => {
    // A repair may take up the run that it repairs, and write into that one's log.
    let runId = requestId;
    return {
      ...options,
      door: 'portal',
      onRun: run => {
        runId = run.id;
        events.publish({ type: 'run', run });
        options.onRun?.(run);
      },
      onLog: line => {
        events.publish({ type: 'log', runId, line });
        options.onLog?.(line);
      },
    };
  };

  // Not knowing them only delays the catalog to its next look.
  const recordsOf = (hosts: HostName[], signal?: AbortSignal) =>
    readRecords(engine, { signal })
      .then(records => pickRecords(records, hosts))
      .catch((): HostRecord[] => []);

  const announce = (records: Pick<HostRecord, 'guest'>[]) => {
    const changes = new Map<string, Set<number>>();
    for (const { guest } of records) {
      const connection = guest?.connection ?? '';
      const vmIds = changes.get(connection) ?? new Set();
      if (guest) vmIds.add(guest.vmId);
      changes.set(connection, vmIds);
    }
    for (const [connection, vmIds] of changes) {
      const change: HostsChangedEvent = { connection, vmIds: [...vmIds] };
      events.publish({ type: 'hosts', change });
    }
  };

  /**
   * Looks before and after: one who was destroyed is known before only, one who was made after only. Also after a failure,
   * which may have made or changed something.
   */
  const changing = async <T>(
    hosts: HostName[],
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> => {
    const before = await recordsOf(hosts, signal);
    try {
      return await work();
    } finally {
      announce([...before, ...(await recordsOf(hosts))]);
    }
  };

  const ofOneHost =
    <R extends HostName & { requestId: string }, T>(
      verb: (request: R, options: RunOptions) => Promise<T>,
    ) =>
    (request: R, options: RunnerOptions = {}): Promise<T> =>
      changing([request], options.signal, () =>
        verb(request, watched(request.requestId, options)),
      );

  /** Of an app: it changes no host, so that nothing about hosts is told. */
  const ofAnApp =
    <R extends { requestId: string }, T>(
      verb: (request: R, options: RunOptions) => Promise<T>,
    ) =>
    (request: R, options: RunnerOptions = {}): Promise<T> =>
      verb(request, watched(request.requestId, options));

  return {
    async provision(request, options = {}) {
      try {
        const run = await engine.provision(
          request,
          watched(request.requestId, options),
        );
        announce([{ guest: run.result }]);
        return run;
      } catch (error) {
        // It may exist all the same.
        announce(await recordsOf([request]));
        throw error;
      }
    },
    destroy: ofOneHost((...args) => engine.destroy(...args)),
    power: ofOneHost((...args) => engine.power(...args)),
    resize: ofOneHost((...args) => engine.resize(...args)),
    snapshot: ofOneHost((...args) => engine.snapshot(...args)),
    onboard: ofOneHost((...args) => engine.onboard(...args)),
    register: ofOneHost((...args) => engine.register(...args)),
    deregister: ofOneHost((...args) => engine.deregister(...args)),
    createProject: ofAnApp((...args) => engine.createProject(...args)),
    createRelease: ofAnApp((...args) => engine.createRelease(...args)),
    deploy: ofAnApp((...args) => engine.deploy(...args)),
    rollback: ofAnApp((...args) => engine.rollback(...args)),
    publish: ofAnApp((...args) => engine.publish(...args)),
    createRepository: ofAnApp((...args) => engine.createRepository(...args)),
    setUpRepository: ofAnApp((...args) => engine.setUpRepository(...args)),
    proposeChange: ofAnApp((...args) => engine.proposeChange(...args)),
    deployDocker: ofAnApp((...args) => engine.deployDocker(...args)),
    deployK8s: ofAnApp((...args) => engine.deployK8s(...args)),

    configure: (request, options = {}) =>
      changing(
        request.names.map(name => ({ ...request, name })),
        options.signal,
        () => engine.configure(request, watched(request.requestId, options)),
      ),

    async repair(request, options = {}) {
      const run = await engine
        .getRun(request.runId, { signal: options.signal })
        .catch(() => undefined);
      const names = run ? (run.hosts ?? [run.host]) : [];
      return changing(
        names.map(name => ({
          app: run!.app,
          environment: run!.environment,
          name,
        })),
        options.signal,
        () => engine.repair(request, watched(request.requestId, options)),
      );
    },
  };
}

import type { Engine, RunOptions } from '@nante/engine';
import type {
  DestroyRequest,
  HostResult,
  ProvisionRequest,
  RunDocument,
} from '@nante/model';
import type { RunEvents } from './RunEvents';

/** How the portal starts a run; `onRun` and `onLog` get what the notice board gets. */
export type RunnerOptions = Omit<RunOptions, 'door'>;

/** Starts runs for the portal, so that pages and catalog hear of every change. */
export interface Runner {
  /** See `Engine.provision`. */
  provision(
    request: ProvisionRequest,
    options?: RunnerOptions,
  ): Promise<RunDocument & { result: HostResult }>;
  /** See `Engine.destroy`. */
  destroy(
    request: DestroyRequest,
    options?: RunnerOptions,
  ): Promise<RunDocument>;
}

/** Makes the runner. */
export function createRunner(deps: {
  engine: Engine;
  events: RunEvents;
}): Runner {
  const { engine, events } = deps;

  const watched = (runId: string, options: RunnerOptions): RunOptions => ({
    ...options,
    door: 'portal',
    onRun: run => {
      events.publish({ type: 'run', run });
      options.onRun?.(run);
    },
    onLog: line => {
      events.publish({ type: 'log', runId, line });
      options.onLog?.(line);
    },
  });

  const changed = (connection: string, vmId: number) =>
    events.publish({ type: 'hosts', change: { connection, vmIds: [vmId] } });

  return {
    async provision(request, options = {}) {
      const run = await engine.provision(
        request,
        watched(request.requestId, options),
      );
      changed(run.result.connection, run.result.vmId);
      return run;
    },

    async destroy(request, options = {}) {
      // Afterwards nothing knows the guest's id any more. Not knowing it only delays the catalog to its next look.
      const managed = await engine
        .managedHosts({ signal: options.signal })
        .catch(() => []);
      const host = managed.find(
        candidate =>
          candidate.name === request.name &&
          candidate.app === request.app &&
          candidate.environment === request.environment,
      );
      const run = await engine.destroy(
        request,
        watched(request.requestId, options),
      );
      if (host) changed(host.connection, host.desired.vm_id);
      return run;
    },
  };
}

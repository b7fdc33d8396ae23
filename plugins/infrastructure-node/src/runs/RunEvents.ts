import {
  finalRunStates,
  type RunDocument,
  type RunLogLine,
} from '@nante/model';
import type { HostsChangedEvent } from '@nante/plugin-infrastructure-common';

/** What happens to runs in this process. */
export type RunEvent =
  | { type: 'run'; run: RunDocument }
  | { type: 'log'; runId: string; line: RunLogLine }
  | { type: 'hosts'; change: HostsChangedEvent };

/** In-process notice board of runs. The backend plugin carries it on to the events and signals of Backstage. */
export interface RunEvents {
  publish(event: RunEvent): void;
  /** @returns function that ends the subscription */
  subscribe(listener: (event: RunEvent) => void): () => void;
}

/**
 * Makes a notice board.
 *
 * @param onError - told of a listener that throws; the run goes on
 */
export function createRunEvents(
  onError: (error: unknown) => void = () => {},
): RunEvents {
  const listeners = new Set<(event: RunEvent) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether what Octopus says may be another thing after a run; a run that works says many things a second. */
export function changesDeployments({
  kind,
  state,
}: Pick<RunDocument, 'kind' | 'state'>): boolean {
  return (
    finalRunStates.includes(state) &&
    [
      'register',
      'deregister',
      'create-project',
      'release',
      'deploy',
      'rollback',
    ].includes(kind)
  );
}

import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import {
  HOSTS_CHANGED_TOPIC,
  INFRASTRUCTURE_CHANNEL,
  type InfrastructureSignal,
} from '@nante/plugin-infrastructure-common';
import {
  changesDeployments,
  type RunEvents,
} from '@nante/plugin-infrastructure-node';

/** A run changes many times a second while Terraform talks; pages need no more than this, in milliseconds. */
const QUIET_MS = 500;

/** Carries what happens to runs on to the pages (signals) and to the catalog (events). @returns function that stops it */
export function announceRuns(deps: {
  runEvents: RunEvents;
  events: EventsService;
  signals: SignalsService;
  logger: LoggerService;
}): () => void {
  const { runEvents, events, signals, logger } = deps;
  const pending = new Map<string, NodeJS.Timeout>();

  const complain = (error: unknown) =>
    logger.warn(`Pages or catalog could not be told of a change: ${error}`);
  const send = (message: InfrastructureSignal) =>
    signals
      .publish({
        recipients: { type: 'broadcast' },
        channel: INFRASTRUCTURE_CHANNEL,
        message,
      })
      .catch(complain);

  const end = runEvents.subscribe(event => {
    if (event.type === 'run' && changesDeployments(event.run))
      void send({ kind: 'deployments' });
    if (event.type === 'run' && !pending.has(event.run.id)) {
      const { id } = event.run;
      const timer = setTimeout(() => {
        pending.delete(id);
        void send({ kind: 'run', id });
      }, QUIET_MS);
      pending.set(id, timer);
    }
    if (event.type === 'hosts') {
      events
        .publish({ topic: HOSTS_CHANGED_TOPIC, eventPayload: event.change })
        .catch(complain);
      void send({ kind: 'hosts' });
    }
  });
  return () => {
    end();
    pending.forEach(timer => clearTimeout(timer));
    pending.clear();
  };
}

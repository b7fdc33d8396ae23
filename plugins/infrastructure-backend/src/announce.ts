import { hostname } from 'node:os';
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
  type WorkflowFollower,
} from '@nante/plugin-infrastructure-node';

/** A run changes many times a second while Terraform talks; pages need no more than this, in milliseconds. */
const QUIET_MS = 500;
/** Topic that Backstage publishes events of GitHub to. */
const GITHUB_TOPIC = 'github';

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

/**
 * Takes GitHub's events, whose signature Backstage has checked, and tells the pages.
 *
 * @param deps - `onChange`: told of the repository before the pages are
 * @returns function that stops it
 */
export function takeWorkflowEvents(deps: {
  events: EventsService;
  follower: WorkflowFollower;
  signals: SignalsService;
  logger: LoggerService;
  onChange: (repository: string) => void;
}): () => void {
  const { events, follower, signals, logger } = deps;
  const pending = new Map<string, NodeJS.Timeout>();
  const end = follower.subscribe(({ repository }) => {
    deps.onChange(repository);
    if (pending.has(repository)) return;
    const timer = setTimeout(() => {
      pending.delete(repository);
      const message: InfrastructureSignal = {
        kind: 'workflows',
        id: repository,
      };
      signals
        .publish({
          recipients: { type: 'broadcast' },
          channel: INFRASTRUCTURE_CHANNEL,
          message,
        })
        .catch(error =>
          logger.warn(`Pages could not be told of a workflow: ${error}`),
        );
    }, QUIET_MS);
    pending.set(repository, timer);
  });
  events
    .subscribe({
      // Each replica follows runs of its own, so that each has to hear everything.
      id: `infrastructure-workflows-${hostname()}`,
      topics: [GITHUB_TOPIC],
      async onEvent({ eventPayload, metadata }) {
        const event = metadata?.['x-github-event'];
        if (typeof event === 'string')
          follower.receive({ event, payload: eventPayload });
      },
    })
    .catch(error =>
      logger.warn(
        `GitHub's events are not heard, so that it is asked: ${error}`,
      ),
    );
  return () => {
    end();
    pending.forEach(timer => clearTimeout(timer));
    pending.clear();
  };
}

import type { ActivityEntry } from '@nante/plugin-infrastructure-common';
import type { OctopusEvent } from '@nante/plugin-infrastructure-node';
import type { ActivityItem } from './items';
import type { Subjects } from './Subjects';

/** Events of Octopus as lines of the feed. */
export function octopusEntries(
  connection: string,
  events: OctopusEvent[],
  subjects: Subjects,
): ActivityItem[] {
  return events.map(event => {
    const about = event.documentIds.map(id =>
      subjects.ofDocument(connection, id),
    );
    const refs = [...new Set(about.flatMap(one => one.refs))];
    const entry: ActivityEntry = {
      id: `octopus/${connection}/${event.id}`,
      at: event.occurredAt,
      source: 'octopus',
      kind: event.category,
      actor: event.username,
      text: event.message,
      result: resultOf(event.category),
      entityRef: refs[0],
      environment: about.find(one => one.environment)?.environment,
      app: about.find(one => one.app)?.app,
    };
    return { entry, refs };
  });
}

/** An event is over when it is written; whether a task that began has ended, it does not say. */
function resultOf(category: string): ActivityEntry['result'] {
  if (/Fail|TimedOut/.test(category)) return 'failed';
  if (/Cancel/.test(category)) return 'cancelled';
  if (/Queued|Started/.test(category)) return 'unknown';
  return 'succeeded';
}

import type { ActivityEntry } from '@nante/plugin-infrastructure-common';

/** A line of the feed, and the entities that it is about. */
export interface ActivityItem {
  entry: ActivityEntry;
  refs: string[];
}

/** What a person asks for. */
export interface ActivityQuery {
  entityRef?: string;
  environment?: string;
  app?: string;
  source?: ActivityEntry['source'];
  kind?: string;
  actor?: string;
  /** ISO times. */
  from?: string;
  to?: string;
  limit: number;
  /** `next` of the page before. */
  before?: string;
}

/** Newest first, filtered, one page. */
export function pageOf(
  items: ActivityItem[],
  query: ActivityQuery,
): { entries: ActivityEntry[]; next?: string } {
  const matching = items
    .filter(item => matches(item, query))
    .map(({ entry }) => entry)
    .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const rest =
    query.before === undefined
      ? matching
      : matching.filter(entry => placeOf(entry) < query.before!);
  const entries = rest.slice(0, query.limit);
  return {
    entries,
    next: rest.length > entries.length ? placeOf(entries.at(-1)!) : undefined,
  };
}

function matches({ entry, refs }: ActivityItem, query: ActivityQuery): boolean {
  const { entityRef, environment, app, source, kind, actor, from, to } = query;
  const at = Date.parse(entry.at);
  return (
    (entityRef === undefined || refs.includes(entityRef)) &&
    (environment === undefined || entry.environment === environment) &&
    (app === undefined || entry.app === app) &&
    (source === undefined || entry.source === source) &&
    (kind === undefined || entry.kind === kind) &&
    (actor === undefined || entry.actor === actor) &&
    (from === undefined || at >= Date.parse(from)) &&
    (to === undefined || at <= Date.parse(to))
  );
}

/** Things of the same moment have an order too, so that no page repeats or leaves one out. */
function placeOf({ at, id }: ActivityEntry): string {
  return `${new Date(at).toISOString()} ${id}`;
}

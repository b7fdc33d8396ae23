import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ActivityEntry,
  ActivityResponse,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useMemo } from 'react';
import {
  type ActivityQuery,
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { type Live, useLive } from '../hooks/useLive';
import { type MorePages, useMorePages } from '../hooks/useMorePages';

/** Milliseconds between two looks at what is newest. */
const LOOK_MS = 15_000;
/** Entries that are exported at most: a file that a spreadsheet still opens. */
const EXPORT_MAX = 5_000;

export interface Activity
  extends
    Omit<Live<ActivityResponse>, 'data'>,
    Omit<MorePages<ActivityEntry>, 'items' | 'next'> {
  /** Newest page, with the entries of all pages that were asked for. */
  data?: ActivityResponse;
}

function joined(first: ActivityEntry[], more: ActivityEntry[]) {
  const seen = new Set(first.map(({ id }) => id));
  return [...first, ...more.filter(({ id }) => !seen.has(id))];
}

/** What was done: the newest page live, earlier ones on demand. */
export function useActivity(query: ActivityQuery): Activity {
  const api = useApi(infrastructureApiRef);
  const { entityRef, environment, app, source, kind, actor, limit } = query;
  const asked = useMemo(
    () => ({ entityRef, environment, app, source, kind, actor, limit }),
    [entityRef, environment, app, source, kind, actor, limit],
  );
  const load = useCallback(
    (signal: AbortSignal) => api.listActivity(asked, signal),
    [api, asked],
  );
  const live = useLive(load, { intervalMs: LOOK_MS, signal: { kind: 'run' } });

  const newest = live.data?.entries ?? [];
  const { items, next, ...rest } = useMorePages<ActivityEntry>({
    asked,
    second: live.data?.next,
    async load(before) {
      const page = await api.listActivity({ ...asked, before });
      return { items: page.entries, next: page.next };
    },
    // What moved off the newest page while earlier ones were read stays in sight.
    join: (before, page) => joined(joined(newest, before), page),
  });
  return {
    ...live,
    data: live.data && { ...live.data, entries: joined(newest, items), next },
    ...rest,
  };
}

/**
 * Everything that a query finds, page by page, up to a bound.
 *
 * @returns `isPart`: there is more than the bound
 */
export async function allActivity(
  api: InfrastructureApi,
  query: ActivityQuery,
): Promise<{ entries: ActivityEntry[]; isPart: boolean }> {
  const entries: ActivityEntry[] = [];
  let before: string | undefined;
  do {
    const page = await api.listActivity({ ...query, before });
    entries.push(...page.entries);
    before = page.next;
  } while (before && entries.length < EXPORT_MAX);
  return {
    entries: entries.slice(0, EXPORT_MAX),
    isPart: Boolean(before) || entries.length > EXPORT_MAX,
  };
}

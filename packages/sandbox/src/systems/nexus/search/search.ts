import { NexusError } from '../errors';
import type { Asset, Component } from '../model';
import { mayUse, type Nexus } from '../server';
import type { User } from '../users';
import { readCriteria } from './criteria';
import { compareVersions } from './versions';

/** A component that a search found, with those of its assets that meet the question. */
export interface Found {
  component: Component;
  assets: Asset[];
  /** All that belong to it. */
  allAssets: Asset[];
}

const compareText = (left: string, right: string) =>
  left < right ? -1 : Number(left > right);

const orders: Record<string, (a: Component, b: Component) => number> = {
  group: (a, b) => compareText(a.group ?? '', b.group ?? ''),
  name: (a, b) => compareText(a.name, b.name),
  repository: (a, b) => compareText(a.repository, b.repository),
  version: (a, b) => compareVersions(a.version, b.version),
};

/**
 * What the index knows of a question, as far as the user may see it.
 *
 * @throws NexusError 400
 */
export function search(
  nexus: Nexus,
  query: URLSearchParams,
  user: User,
): Found[] {
  const criteria = readCriteria(query);
  const found: Found[] = [];
  for (const { component, assets } of nexus.index.documents()) {
    const { format, repository } = component;
    if (!mayUse(user, { format, name: repository }, 'browse')) continue;
    const matching = assets.filter(asset =>
      criteria.every(criterion => criterion(component, asset)),
    );
    if (matching.length > 0)
      found.push({ component, assets: matching, allAssets: assets });
  }
  return sorted(found, query);
}

function sorted(found: Found[], query: URLSearchParams): Found[] {
  const sort = query.get('sort');
  if (!sort) return found;
  const order = orders[sort];
  if (!order)
    throw new NexusError(400, `Unknown sort field: ${sort}`, { field: 'sort' });
  // The newest version is what people look for; the rest is read from A.
  const fallback = sort === 'version' ? 'desc' : 'asc';
  const sign = (query.get('direction') || fallback) === 'desc' ? -1 : 1;
  return found.sort((a, b) => sign * order(a.component, b.component));
}

import type {
  CollectionName,
  Collections,
  OctopusDocument,
  SpaceDocument,
} from './documents';
import { invalid, notFound } from './errors';
import type { Query } from './input';
import type { Call } from './router';
import type { OctopusState } from './state';

/** Collections whose documents lie in a space. */
export type SpaceCollection = {
  [C in CollectionName]: Collections[C] extends SpaceDocument ? C : never;
}[CollectionName];

type Named = OctopusDocument & { Name?: string; Slug?: string };

/** Whether two names are the same to Octopus, whose database ignores case. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Documents of the call's space, oldest first. */
export function inSpace<C extends SpaceCollection>(
  call: Call,
  collection: C,
): Collections[C][] {
  return call.server.state
    .all(collection)
    .filter(item => item.SpaceId === call.space.Id);
}

/**
 * One document of the call's space, by id or slug.
 *
 * @throws OctopusError 404, also for one in another space
 */
export function findIn<C extends SpaceCollection>(
  call: Call,
  collection: C,
  idOrSlug: string,
): Collections[C] {
  const byId = call.server.state.get(collection, idOrSlug);
  if (byId?.SpaceId === call.space.Id) return byId;
  const other = inSpace(call, collection).find(item => {
    const { Id, Slug } = item as Named;
    return sameName(Id, idOrSlug) || (Slug && sameName(Slug, idOrSlug));
  });
  if (other) return other;
  throw notFound(idOrSlug);
}

/**
 * Whether a document is among those that `ids`, `name` and `partialName` mean. `partialName` finds every name that has the words
 * somewhere in it: a client that wants one name has to compare.
 */
export function byNames(query: Query): (item: Named) => boolean {
  const ids = query.list('ids')?.map(id => id.toLowerCase());
  const name = query.text('name');
  const part = query.text('partialName')?.toLowerCase();
  return item =>
    (!ids || ids.includes(item.Id.toLowerCase())) &&
    (!name || sameName(item.Name ?? '', name)) &&
    (!part || (item.Name ?? '').toLowerCase().includes(part));
}

/** @throws OctopusError 400 when another document of the space has the name */
export function demandFreeName(
  call: Call,
  collection: SpaceCollection,
  what: string,
  name: string,
  except?: string,
): void {
  const taken = inSpace(call, collection).some(
    item => item.Id !== except && sameName((item as Named).Name ?? '', name),
  );
  if (taken)
    throw invalid(
      `${what} with the name '${name}' already exists. Choose another name.`,
    );
}

/** A slug that no other document of the collection and space has. */
export function freeSlug(
  state: OctopusState,
  collection: SpaceCollection,
  spaceId: string,
  name: string,
): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'unnamed';
  const taken = new Set(
    state
      .all(collection)
      .filter(item => item.SpaceId === spaceId)
      .map(item => (item as Named).Slug),
  );
  let slug = plain;
  for (let number = 2; taken.has(slug); number += 1)
    slug = `${plain}-${number}`;
  return slug;
}

/** Environments of the space by name, id or slug. @throws OctopusError 400 for one that is not there */
export function referred<C extends SpaceCollection>(
  call: Call,
  collection: C,
  what: string,
  nameOrId: string,
): Collections[C] {
  const found = inSpace(call, collection).find(item => {
    const { Id, Name, Slug } = item as Named;
    return [Id, Name, Slug].some(
      candidate => candidate !== undefined && sameName(candidate, nameOrId),
    );
  });
  if (found) return found;
  throw invalid(`Could not find the ${what} '${nameOrId}' in this space.`);
}

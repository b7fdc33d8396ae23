import type { Collections } from './documents';
import { byNames, findIn, inSpace, type SpaceCollection } from './find';
import { page } from './page';
import type { Permission } from './permissions';
import type { Call, Route } from './router';

/** How documents of a space are listed and looked at. */
export interface Listing<C extends SpaceCollection> {
  collection: C;
  /** Below the space, for example `machines`. */
  path: string;
  permission: Permission;
  /** The vendor's name of an item. */
  itemType: string;
  answer(document: Collections[C], call: Call): unknown;
  /** More filters than `ids`, `name` and `partialName`. */
  filter?(call: Call): (document: Collections[C]) => boolean;
  /** Order; by name unless told. */
  compare?(left: Collections[C], right: Collections[C]): number;
  /** Whether `<path>/all` is there, which answers a plain array. */
  hasAll?: boolean;
}

/** `GET` of a list, of all, and of one. */
export function listingRoutes<C extends SpaceCollection>(
  listing: Listing<C>,
): Route[] {
  const { path, permission, itemType, answer } = listing;
  const found = (call: Call) => matching(call, listing);
  const routes: Route[] = [
    {
      call: `GET /{spaceId}/${path}`,
      permission,
      answer: call =>
        page(call, itemType, found(call), item => answer(item, call)),
    },
    {
      call: `GET /{spaceId}/${path}/{id}`,
      permission,
      answer: call =>
        answer(findIn(call, listing.collection, call.params.id), call),
    },
  ];
  if (listing.hasAll ?? true)
    routes.push({
      call: `GET /{spaceId}/${path}/all`,
      permission,
      answer: call => found(call).map(item => answer(item, call)),
    });
  return routes;
}

/** Documents that the query means, in their order. */
export function matching<C extends SpaceCollection>(
  call: Call,
  { collection, filter, compare = byName }: Listing<C>,
): Collections[C][] {
  const named = byNames(call.query);
  const wanted = filter?.(call) ?? (() => true);
  return inSpace(call, collection)
    .filter(item => named(item) && wanted(item))
    .sort(compare);
}

function byName(left: object, right: object): number {
  return nameOf(left).localeCompare(nameOf(right), 'en');
}

function nameOf(document: object): string {
  return 'Name' in document ? `${document.Name}` : '';
}

/** Newest first, for documents whose number grows. */
export function newestFirst(
  left: { Id: string },
  right: { Id: string },
): number {
  return numberOf(right.Id) - numberOf(left.Id);
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

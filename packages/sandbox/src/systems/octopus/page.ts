import type { Call } from './router';

const defaultTake = 30;
/** Links to single pages; more of them help nobody. */
const mostPageLinks = 10;

/**
 * One page of a list with the envelope around it, by `skip` and `take` of the query.
 *
 * @param itemType - the vendor's name of the items, such as `Machine`
 * @param answer - makes the answer of one item; only called for those of the page
 */
export function page<T>(
  call: Call,
  itemType: string,
  items: T[],
  answer: (item: T) => unknown,
): Record<string, unknown> {
  const skip = call.query.number('skip') ?? 0;
  const take = call.query.number('take') ?? defaultTake;
  const pages = Math.max(1, Math.ceil(items.length / Math.max(1, take)));
  const current = Math.floor(skip / Math.max(1, take));
  const link = (number: number) =>
    `${call.path}?skip=${number * take}&take=${take}`;
  const Links: Record<string, string> = {
    Self: `${call.path}?skip=${skip}&take=${take}`,
    Template: `${call.path}{?skip,take}`,
    'Page.All': `${call.path}?skip=0&take=2147483647`,
    'Page.Current': link(current),
    'Page.Last': link(pages - 1),
  };
  if (skip + take < items.length) Links['Page.Next'] = link(current + 1);
  if (current > 0) Links['Page.Previous'] = link(current - 1);
  for (let number = 0; number < Math.min(pages, mostPageLinks); number += 1)
    Links[`Page.${number}`] = link(number);
  return {
    ItemType: itemType,
    TotalResults: items.length,
    ItemsPerPage: take,
    NumberOfPages: pages,
    LastPageNumber: pages - 1,
    Items: items.slice(skip, skip + take).map(answer),
    Links,
  };
}

import type { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { AskedCall, GithubConnection, OctokitPass } from './connection';
import type { Octokit } from '@octokit/rest';

/** Most pages of a list that are read: ten thousand things. */
const mostPages = 100;

/** Reads a list page by page until it ends, or as much of it as is wanted. */
export async function readPages<Item>(
  connection: GithubConnection,
  list: {
    /** Of one page. */
    schema: z.ZodType<Item[]>;
    noun: string;
    asked: AskedCall;
    /** Left out: all. */
    limit?: number;
    /** Left out: the most there may be, 100. */
    perPage?: number;
    call(
      rest: Octokit['rest'],
      pass: OctokitPass & { page: number; per_page: number },
    ): Promise<unknown>;
  },
  options?: CallOptions,
): Promise<Item[]> {
  const { limit = Infinity, perPage = 100 } = list;
  const size = Math.max(1, Math.min(perPage, limit));
  const found: Item[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const items = await connection.read(
      list.schema,
      list.noun,
      list.asked,
      (rest, pass) => list.call(rest, { ...pass, page, per_page: size }),
      options,
    );
    found.push(...items);
    if (items.length < size || found.length >= limit) break;
  }
  return Number.isFinite(limit) ? found.slice(0, limit) : found;
}

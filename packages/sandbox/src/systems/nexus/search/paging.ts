import { createHash } from 'node:crypto';
import { NexusError } from '../errors';

/** Items of one page. */
export const pageSize = 100;
/** How long a token is taken, in milliseconds. */
const tokenLifeMs = 5 * 60_000;

/** A part of a list, as every list of the server has it. */
export interface Page<T> {
  items: T[];
  continuationToken: string | null;
}

interface Token {
  /** What was asked. */
  question: string;
  generation: number;
  issuedAt: number;
  /** Items before it. */
  offset: number;
}

/** What a page belongs to: everything asked but the page itself. */
function questionOf(path: string, query: URLSearchParams): string {
  const asked = [...query]
    .filter(([name]) => name !== 'continuationToken')
    .sort();
  return createHash('sha256')
    .update(JSON.stringify([path, asked]))
    .digest('base64url')
    .slice(0, 16);
}

/**
 * One page of a list.
 *
 * @param url - of the request, with its question and the token of the page before
 * @param generation - tokens of another one are not taken
 * @throws NexusError 406 for a token that belongs to another question, or has expired
 */
export function pageOf<T>(items: T[], url: URL, generation: number): Page<T> {
  const question = questionOf(url.pathname, url.searchParams);
  const given = url.searchParams.get('continuationToken');
  const offset = given ? readToken(given, question, generation) : 0;
  const end = offset + pageSize;
  const next: Token = {
    question,
    generation,
    issuedAt: Date.now(),
    offset: end,
  };
  return {
    items: items.slice(offset, end),
    continuationToken:
      end < items.length
        ? Buffer.from(JSON.stringify(next)).toString('base64url')
        : null,
  };
}

function readToken(
  given: string,
  question: string,
  generation: number,
): number {
  const token = parseToken(given);
  if (
    !token ||
    token.question !== question ||
    token.generation !== generation ||
    Date.now() - (token.issuedAt ?? 0) > tokenLifeMs
  )
    throw new NexusError(406, 'Invalid or expired continuation token');
  return token.offset;
}

function parseToken(given: string): Partial<Token> & { offset: number } {
  try {
    return JSON.parse(Buffer.from(given, 'base64url').toString());
  } catch {
    throw new NexusError(406, 'Invalid or expired continuation token');
  }
}

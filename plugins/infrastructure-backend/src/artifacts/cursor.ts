import { InputError } from '@backstage/errors';
import { z } from 'zod';

/** Where each source stands: `''` at its begin, null at its end. */
const cursorSchema = z.array(z.string().max(4000).nullable()).max(100);
export type Cursor = z.infer<typeof cursorSchema>;

/** Token of a next page, undefined where there is none. */
export function writeCursor(cursor: Cursor): string | undefined {
  return cursor.every(one => one === null)
    ? undefined
    : Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/**
 * Reads a token.
 *
 * @param sources - how many there are
 * @throws InputError for one that is none of ours, or of other sources
 */
export function readCursor(token: string | undefined, sources: number): Cursor {
  if (token === undefined) return Array.from({ length: sources }, () => '');
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    content = undefined;
  }
  const cursor = cursorSchema.safeParse(content);
  if (!cursor.success || cursor.data.length !== sources) {
    throw new InputError(
      'page: the list has changed meanwhile; begin again without it',
    );
  }
  return cursor.data;
}

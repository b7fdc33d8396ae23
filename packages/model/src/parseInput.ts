import { z } from 'zod';
import { NanteError } from './errors';

/**
 * Reads untrusted input.
 *
 * @throws NanteError `invalid-input` that names everything that is wrong
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new NanteError('invalid-input', z.prettifyError(result.error));
}

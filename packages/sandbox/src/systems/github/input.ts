import type { z } from 'zod';
import { unprocessable } from './errors';

/**
 * The body of a call as its schema wants it.
 *
 * @throws GithubError 422 that names what is wrong
 */
export function input<T extends z.ZodType>(
  schema: T,
  body: unknown,
): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map(({ path, message, code }) => {
    const field = path.join('.');
    const given = path.reduce<unknown>(
      (value, key) =>
        (value as Record<PropertyKey, unknown> | undefined)?.[key],
      body,
    );
    return code === 'invalid_type' && given === undefined
      ? `"${field}" wasn't supplied.`
      : `For '${field}': ${message}.`;
  });
  throw unprocessable(`Invalid request.\n\n${sentences.join('\n')}`);
}

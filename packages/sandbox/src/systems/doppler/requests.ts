import { z } from 'zod';
import { DopplerError } from './errors';
import { downloadFormats } from './formats';
import { nameTransformers } from './names';

/** Query of a download. */
export const downloadQuerySchema = z.object({
  format: z.enum(downloadFormats).default('json'),
  name_transformer: z.enum(nameTransformers).optional(),
  secrets: z.string().optional(),
});

const secretName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'is no name of a secret');

/** The two forms of an update: a map of values, or what the command line sends. */
export const updateBodySchema = z.object({
  project: z.string().optional(),
  config: z.string().optional(),
  secrets: z.record(secretName, z.string().nullable()).default({}),
  change_requests: z
    .array(
      z.object({
        name: secretName,
        value: z.string().nullish(),
        shouldDelete: z.boolean().nullish(),
      }),
    )
    .default([]),
});

/** What an update changes: values by name, null for those that go. */
export function requestedChanges(
  body: z.output<typeof updateBodySchema>,
): Record<string, string | null> {
  const changes = { ...body.secrets };
  for (const { name, value, shouldDelete } of body.change_requests) {
    if (shouldDelete) changes[name] = null;
    // Null leaves the value as it is: such a request changes the note or the visibility, which we do not keep.
    else if (typeof value === 'string') changes[name] = value;
  }
  return changes;
}

/** @throws DopplerError 400 */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DopplerError(400, z.prettifyError(result.error));
}

import { z } from 'zod';
import type { OctopusState } from './state';

/** A sensitive value as it is sent. */
export const sensitive = z
  .object({
    HasValue: z.boolean().default(false),
    NewValue: z.string().nullable().optional(),
  })
  .optional();

type Fields = Record<string, unknown>;

/**
 * Takes the sensitive values out of a document and keeps them apart. A value that comes without a new one stays what it was;
 * answers only ever say that there is one.
 *
 * @returns the document to keep
 */
export function keepSecrets<T extends Fields>(
  state: OctopusState,
  id: string,
  document: T,
): T {
  return Object.fromEntries(
    Object.entries(document).map(([field, value]) => {
      if (!isSensitive(value)) return [field, value];
      const key = `${id}.${field}`;
      if (typeof value.NewValue === 'string')
        setSecret(state, key, value.NewValue);
      else if (!value.HasValue) state.remove('secrets', key);
      const HasValue = state.get('secrets', key) !== undefined;
      return [field, { HasValue, NewValue: null, Hint: null }];
    }),
  ) as T;
}

/** Keeps one value under `<document id>.<field>`. */
export function setSecret(
  state: OctopusState,
  key: string,
  value: string,
): void {
  state.insert('secrets', 'secrets', { Id: key, Value: value });
}

function isSensitive(
  value: unknown,
): value is { HasValue?: boolean; NewValue?: string | null } {
  return typeof value === 'object' && value !== null && 'HasValue' in value;
}

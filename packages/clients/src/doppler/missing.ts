import { NanteError, secretDefinitions, type SecretName } from '@nante/model';
import type { SecretSource } from './types';

/** Values by name; a name without a value is missing. */
export type SecretValues = Partial<Record<string, string>>;

/** The given names and their values. @throws NanteError that lists all missing ones, with what each is */
export function demand<N extends SecretName>(
  source: Pick<SecretSource, 'title'>,
  values: SecretValues,
  names: readonly N[],
): Record<N, string> {
  const found = choose(values, names);
  const missing = [...new Set(names)].filter(name => found[name] === undefined);
  if (missing.length > 0) {
    throw new NanteError(
      'invalid-input',
      `${source.title} lacks ${missing.length === 1 ? 'the secret' : 'the secrets'} ${missing.join(', ')}.`,
      {
        hint: `Add to ${source.title}: ${missing
          .map(name => `${name} (${secretDefinitions[name].description})`)
          .join(' ')}`,
        details: { missing },
      },
    );
  }
  return found as Record<N, string>;
}

/** Those of the given names that have a value; an empty value counts as none. */
export function choose<N extends SecretName>(
  values: SecretValues,
  names: readonly N[],
): Partial<Record<N, string>> {
  const found: Partial<Record<N, string>> = {};
  for (const name of names) {
    const value = values[name];
    if (value !== undefined && value.trim() !== '') found[name] = value;
  }
  return found;
}

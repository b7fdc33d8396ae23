import { unprocessable } from '../errors';
import type { InputDefinition } from './file';

type InputValue = string | boolean | number;

/**
 * The inputs of a dispatch, defaults filled in, with the types that the workflow gives them.
 *
 * @throws GithubError 422 for an input that the workflow does not have, that is missing, or that has no such option
 */
export function dispatchInputs(
  defined: Record<string, InputDefinition>,
  given: Record<string, unknown>,
): Record<string, InputValue> {
  const unknown = Object.keys(given).filter(name => !defined[name]);
  if (unknown.length > 0)
    throw unprocessable(
      `Unexpected inputs provided: ${JSON.stringify(unknown)}`,
    );
  return Object.fromEntries(
    Object.entries(defined).map(([name, definition]) => {
      const value = given[name];
      const isEmpty = value === undefined || value === null || value === '';
      if (isEmpty && definition.isRequired && definition.default === undefined)
        throw unprocessable(`Required input '${name}' not provided`);
      return [name, typed(name, definition, isEmpty ? undefined : value)];
    }),
  );
}

function typed(
  name: string,
  { type, options, default: fallback }: InputDefinition,
  value: unknown,
): InputValue {
  if (type === 'boolean') {
    const chosen = String(value ?? fallback ?? false);
    if (chosen !== 'true' && chosen !== 'false')
      throw unprocessable(
        `Provided value '${chosen}' for input '${name}' is not a boolean`,
      );
    return chosen === 'true';
  }
  if (type === 'number') {
    const number = Number(value ?? fallback ?? 0);
    if (Number.isNaN(number))
      throw unprocessable(
        `Provided value '${String(value)}' for input '${name}' is not a number`,
      );
    return number;
  }
  const text = String(value ?? fallback ?? options?.[0] ?? '');
  if (options && !options.includes(text))
    throw unprocessable(
      `Provided value '${text}' for input '${name}' not in the list of allowed values`,
    );
  return text;
}

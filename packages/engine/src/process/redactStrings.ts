/**
 * A copy of a value in which every string, however deep, has passed a redactor. A document is redacted after it was parsed,
 * too: a secret that was quoted for a shell and then written as JSON looks like neither.
 *
 * @param value - JSON; what is no string stays
 */
export function redactStrings<T>(
  value: T,
  redact: (text: string) => string,
): T {
  return walk(value, redact) as T;
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(item => walk(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, walk(item, redact)]),
  );
}

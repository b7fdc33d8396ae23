import { z } from 'zod';
import { invalid } from './errors';

/**
 * Checks what was sent. Names of fields count in any case, as Octopus takes them; fields that nobody knows are ignored, and null
 * stands for absent.
 *
 * @throws OctopusError 400 with all that is wrong
 */
export function parseBody<Schema extends z.ZodType>(
  body: unknown,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(renamed(body, schema));
  if (result.success) return result.data;
  throw invalid(
    ...result.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'The body'}: ${message}`,
    ),
  );
}

/** Gives fields the case that the schema has. */
function renamed(value: unknown, schema: unknown): unknown {
  const inner = unwrapped(schema);
  if (Array.isArray(value))
    return inner instanceof z.ZodArray
      ? value.map(item => renamed(item, inner.element))
      : value;
  if (!(inner instanceof z.ZodObject) || !isRecord(value)) return value;
  const shape: Record<string, unknown> = inner.shape;
  const known = new Map(
    Object.keys(shape).map(name => [name.toLowerCase(), name]),
  );
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => {
        const name = known.get(key.toLowerCase()) ?? key;
        return [name, renamed(item, shape[name])];
      }),
  );
}

/** What stands behind `optional`, `default`, `nullable` and `transform`. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable
  )
    return unwrapped(schema.unwrap());
  return schema;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Parameters of a query, whose names count in any case. */
export class Query {
  readonly #values = new Map<string, string[]>();

  constructor(parameters: URLSearchParams) {
    for (const [name, value] of parameters) {
      const key = name.toLowerCase();
      this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
    }
  }

  /** Undefined when it is absent or empty: Octopus makes no difference. */
  text(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.[0] || undefined;
  }

  /** Named several times, or once with commas; undefined when nothing is named. */
  list(name: string): string[] | undefined {
    const items = (this.#values.get(name.toLowerCase()) ?? [])
      .flatMap(value => value.split(','))
      .filter(item => item !== '');
    return items.length > 0 ? items : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    return value === undefined ? undefined : value === 'true';
  }

  /** @throws OctopusError 400 when it is no whole number, at least 0 */
  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value))
      throw invalid(`The value '${value}' is not valid for ${name}.`);
    return Number(value);
  }

  /** @returns milliseconds since 1970 */
  time(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const time = Date.parse(value);
    if (Number.isNaN(time))
      throw invalid(`The value '${value}' is not valid for ${name}.`);
    return time;
  }
}

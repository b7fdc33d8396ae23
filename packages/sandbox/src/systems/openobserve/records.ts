/** Kinds of streams that the stand-in keeps. */
export type StreamType = 'logs' | 'metrics' | 'traces';

/** What is kept of one record: texts, numbers and switches by column. */
export type RecordFields = Record<string, string | number | boolean>;

/** A record on its way into a stream. */
export interface NewRecord {
  stream: string;
  /** Microseconds since 1970. */
  at: number;
  fields: RecordFields;
}

/** Name of a stream as OpenObserve writes it: lower case, one `_` for whatever is no letter, digit or colon. */
export function streamName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]+/g, '_').toLowerCase();
}

/** Name of a column, by the same rule. */
export function columnName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').toLowerCase();
}

/** The time of a record in microseconds: what `_timestamp` or `@timestamp` says, in any unit that it may have. */
export function timeOf(fields: Record<string, unknown>): number | undefined {
  // eslint-disable-next-line no-underscore-dangle
  const given = fields._timestamp ?? fields['@timestamp'];
  if (given === undefined || given === null) return Date.now() * 1000;
  if (typeof given === 'string') {
    if (/^\d+$/.test(given)) return inMicroseconds(Number(given));
    const parsed = Date.parse(given);
    return Number.isNaN(parsed) ? undefined : parsed * 1000;
  }
  return typeof given === 'number' ? inMicroseconds(given) : undefined;
}

/** Seconds, milliseconds, microseconds and nanoseconds are told apart by their size. */
function inMicroseconds(time: number): number {
  if (time < 1e11) return Math.trunc(time * 1e6);
  if (time < 1e14) return Math.trunc(time * 1e3);
  if (time < 1e17) return Math.trunc(time);
  return Math.trunc(time / 1e3);
}

/** Makes nested JSON flat, as OpenObserve does: `{a: {b: 1}}` is a column `a_b`, an array is its JSON text. */
export function flatten(
  value: Record<string, unknown>,
  prefix = '',
): RecordFields {
  const flat: RecordFields = {};
  for (const [name, field] of Object.entries(value)) {
    const column = prefix + columnName(name);
    if (column === '_timestamp' || field === null || field === undefined)
      continue;
    if (Array.isArray(field)) flat[column] = JSON.stringify(field);
    else if (typeof field === 'object')
      Object.assign(
        flat,
        flatten(field as Record<string, unknown>, `${column}_`),
      );
    else if (typeof field === 'bigint') flat[column] = Number(field);
    else flat[column] = field as string | number | boolean;
  }
  return flat;
}

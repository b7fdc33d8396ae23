import { gunzipSync } from 'node:zlib';
import { OpenobserveError } from './errors';
import {
  flatten,
  streamName,
  timeOf,
  type NewRecord,
  type StreamType,
} from './records';
import type { StreamStore } from './store';

/** Older records are refused, in microseconds: five hours, as `ZO_INGEST_ALLOWED_UPTO` is from the start. */
const oldestUs = 5 * 3600 * 1_000_000;
/** So far may a clock be ahead: a day (`ZO_INGEST_ALLOWED_IN_FUTURE`). */
const futureUs = 24 * 3600 * 1_000_000;
const tooOld =
  'Too old data, only last 5 hours data can be ingested. Data discarded.';
const tooNew =
  'Too far data, only future 24 hours data can be ingested. Data discarded.';

/** What became of the records of one stream. */
export interface StreamStatus {
  name: string;
  successful: number;
  failed: number;
  error?: string;
}

/** Where records go. */
export interface Target {
  store: StreamStore;
  organization: string;
  type: StreamType;
  /** Milliseconds since 1970; 0 for at once. */
  visibleAt: number;
}

/**
 * Keeps records. Logs that are too old are left out and counted; metrics have no such limit.
 *
 * @returns one status for each stream
 */
export function ingest(target: Target, records: NewRecord[]): StreamStatus[] {
  const statuses = new Map<string, StreamStatus>();
  const taken = records.filter(record => {
    const { stream: name } = record;
    const status = statuses.get(name) ?? { name, successful: 0, failed: 0 };
    statuses.set(name, status);
    const error = target.type === 'logs' ? wrongTime(record.at) : undefined;
    if (error) {
      status.failed += 1;
      status.error = error;
      return false;
    }
    status.successful += 1;
    return true;
  });
  target.store.add(target.organization, target.type, taken, target.visibleAt);
  return [...statuses.values()];
}

function wrongTime(at: number): string | undefined {
  const now = Date.now() * 1000;
  if (at < now - oldestUs) return tooOld;
  return at > now + futureUs ? tooNew : undefined;
}

/** The text of a body, unpacked. @throws OpenobserveError 400 */
export async function bodyText(request: Request): Promise<string> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (request.headers.get('content-encoding') !== 'gzip')
    return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(gunzipSync(bytes));
  } catch {
    throw new OpenobserveError(400, 'the body is not gzip');
  }
}

/** Records of `_json` (an array) and `_multi` (one object in each line). @throws OpenobserveError 400 */
export function readJsonLogs(
  text: string,
  stream: string,
  form: 'array' | 'lines',
): NewRecord[] {
  const objects =
    form === 'lines'
      ? text
          .split('\n')
          .filter(line => line.trim() !== '')
          .map(parsed)
      : parsed(text);
  const list = Array.isArray(objects) ? objects : [objects];
  return list.map(value => toRecord(streamName(stream), value));
}

/** Records of `ingest/metrics/_json`: objects with `__name__`, `value` and labels. @throws OpenobserveError 400 */
export function readJsonMetrics(text: string): NewRecord[] {
  const objects = parsed(text);
  const list = Array.isArray(objects) ? objects : [objects];
  return list.map(value => {
    const { __name__: name, ...rest } = toObject(value);
    if (typeof name !== 'string' || typeof rest.value !== 'number')
      throw new OpenobserveError(
        400,
        'invalid __name__ or value, need to be string and number',
      );
    const record = toRecord(streamName(name), rest);
    return { ...record, fields: { ...record.fields, __name__: name } };
  });
}

/** One line pair of `_bulk`. */
export interface BulkItem {
  action: 'index' | 'create';
  record: NewRecord;
}

/** Pairs of lines: an action that names the stream, then the record. @throws OpenobserveError 400 */
export function readBulk(text: string): BulkItem[] {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const items: BulkItem[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const head = toObject(parsed(lines[index]));
    const action = head.create === undefined ? 'index' : 'create';
    const { _index: name } = toObject(head[action] ?? {});
    if (typeof name !== 'string')
      throw new OpenobserveError(400, 'Invalid bulk request: no _index');
    items.push({
      action,
      record: toRecord(streamName(name), parsed(lines[index + 1])),
    });
  }
  return items;
}

function toRecord(stream: string, value: unknown): NewRecord {
  const object = toObject(value);
  const at = timeOf(object);
  if (at === undefined)
    throw new OpenobserveError(400, "Can't parse timestamp");
  return { stream, at, fields: flatten(object) };
}

function toObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new OpenobserveError(400, 'Invalid json: an object is expected');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OpenobserveError(
      400,
      `Invalid json: ${error instanceof Error ? error.message : error}`,
    );
  }
}

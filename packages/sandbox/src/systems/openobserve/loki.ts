import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { LokiError } from './errors';
import { readFields, readLabel, textOf } from './protobuf';
import { columnName, streamName, type NewRecord } from './records';
import { snappyDecode } from './snappy';

interface LokiStream {
  labels: Record<string, string>;
  entries: { at: number; line: string; metadata: Record<string, string> }[];
}

const pushSchema = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(
        z.union([
          z.tuple([z.string(), z.string()]),
          z.tuple([z.string(), z.string(), z.record(z.string(), z.string())]),
        ]),
      ),
    }),
  ),
});

/**
 * The lines of a push, JSON or protobuf, packed or not. One bad line refuses all of them.
 *
 * @throws LokiError
 */
export async function readPush(request: Request): Promise<NewRecord[]> {
  const type = request.headers.get('content-type') ?? 'application/x-protobuf';
  const encoding = request.headers.get('content-encoding') ?? undefined;
  const body = new Uint8Array(await request.arrayBuffer());
  const streams = readStreams(type, encoding, body);
  if (streams.length === 0) throw new LokiError('empty stream data');
  return streams.flatMap(recordsOf);
}

function readStreams(
  type: string,
  encoding: string | undefined,
  body: Uint8Array,
): LokiStream[] {
  if (type === 'application/json') return readJson(encoding, body);
  if (type === 'application/x-protobuf') return readProtobuf(encoding, body);
  throw new LokiError(`unsupported content type: ${type}`);
}

function readJson(encoding: string | undefined, body: Uint8Array) {
  if (encoding && !['gzip', 'identity'].includes(encoding))
    throw new LokiError(`unsupported content encoding: ${encoding}`);
  const bytes = encoding === 'gzip' ? unzipped(body) : body;
  const result = pushSchema.safeParse(parsed(bytes));
  if (!result.success)
    throw new LokiError(
      `failed to parse JSON: ${z.prettifyError(result.error)}`,
    );
  return result.data.streams.map(({ stream, values }, index) => ({
    labels: stream,
    entries: values.map(([time, line, metadata = {}], entry) => {
      if (!/^-?\d+$/.test(time))
        throw new LokiError(
          `invalid timestamp: Stream ${index} entry ${entry} has invalid timestamp '${time}': invalid digit found in string`,
        );
      return { at: Number(BigInt(time) / 1000n), line, metadata };
    }),
  }));
}

function unzipped(body: Uint8Array): Uint8Array {
  try {
    return gunzipSync(body);
  } catch {
    // OpenObserve takes a body that only claims to be packed as it is.
    return body;
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function readProtobuf(encoding: string | undefined, body: Uint8Array) {
  if (encoding && !['snappy', 'identity'].includes(encoding))
    throw new LokiError(`unsupported content encoding: ${encoding}`);
  try {
    const message = encoding === 'identity' ? body : snappyDecode(body);
    return [...readFields(message)].flatMap(field =>
      field.number === 1 && field.bytes ? [readStream(field.bytes)] : [],
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LokiError(`failed to decode protobuf: ${error.message}`);
  }
}

function readStream(message: Uint8Array): LokiStream {
  const stream: LokiStream = { labels: {}, entries: [] };
  for (const field of readFields(message)) {
    if (field.number === 1) stream.labels = readLabels(textOf(field));
    if (field.number === 2 && field.bytes)
      stream.entries.push(readEntry(field.bytes));
  }
  return stream;
}

/** `{app="shop", host="web-1"}`, with Go's escapes in the values. */
function readLabels(text: string): Record<string, string> {
  const pattern = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*")/g;
  const labels = [...text.matchAll(pattern)].map(([, name, quoted]) => [
    name,
    unquoted(quoted),
  ]);
  return Object.fromEntries(labels);
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted.slice(1, -1);
  }
}

function readEntry(message: Uint8Array): LokiStream['entries'][number] {
  const entry = { at: Date.now() * 1000, line: '', metadata: {} };
  const metadata: [string, string][] = [];
  for (const field of readFields(message)) {
    if (field.number === 1 && field.bytes) entry.at = readTime(field.bytes);
    if (field.number === 2) entry.line = textOf(field);
    if (field.number === 3 && field.bytes)
      metadata.push(readLabel(field.bytes));
  }
  return { ...entry, metadata: Object.fromEntries(metadata) };
}

function readTime(message: Uint8Array): number {
  let microseconds = 0;
  for (const { number, varint = 0n } of readFields(message)) {
    if (number === 1) microseconds += Number(varint) * 1_000_000;
    if (number === 2) microseconds += Math.trunc(Number(varint) / 1000);
  }
  return microseconds;
}

function recordsOf({ labels, entries }: LokiStream, index: number) {
  if (Object.keys(labels).length === 0)
    throw new LokiError(`invalid labels: Stream ${index} has empty labels`);
  if (entries.length === 0)
    throw new LokiError(`invalid labels: Stream ${index} has no log entries`);
  const name = labels.o2_stream_name || labels.stream_name || 'default';
  return entries.map(({ at, line, metadata }, entry): NewRecord => {
    if (line.trim() === '')
      throw new LokiError(
        `invalid timestamp: Stream ${index} entry ${entry} has empty log line`,
      );
    const columns = Object.entries({ ...labels, ...metadata }).map(
      ([label, value]) => [columnName(label), value],
    );
    return {
      stream: streamName(name),
      at,
      fields: { ...Object.fromEntries(columns), message: line },
    };
  });
}

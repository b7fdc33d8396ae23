import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { OpenobserveError } from './errors';
import type { StreamType } from './records';
import type { StreamInfo, StreamStore } from './store';

const requestSchema = z.object({
  query: z.object({
    sql: z.string(),
    /** Microseconds, both. */
    start_time: z.number(),
    end_time: z.number(),
    from: z.number().int().nonnegative().default(0),
    /** How many hits; the default is OpenObserve's. */
    size: z.number().int().default(10),
  }),
});

/** The most hits of a question that names no number (`size` -1). */
const mostHits = 1000;

/**
 * Answers a search. SQL is SQLite's here and DataFusion's there; what both understand is understood alike. Of OpenObserve's
 * own functions there are `str_match`, `str_match_ignore_case` and `re_match`.
 *
 * @throws OpenobserveError 400: 20001 no valid SQL, 20002 stream not found, 20004 field not found, 20005 unknown function,
 *   20008 anything else that SQL does not like
 */
export function search(
  store: StreamStore,
  organization: string,
  type: StreamType,
  body: unknown,
) {
  const started = Date.now();
  const request = requestSchema.safeParse(body);
  if (!request.success)
    throw new OpenobserveError(400, z.prettifyError(request.error));
  const {
    sql,
    start_time: start,
    end_time: end,
    from,
    size,
  } = request.data.query;
  if (sql.trim() === '')
    throw new OpenobserveError(400, 'Search SQL not valid', {
      code: 20001,
      detail: sql,
    });
  if (start > end)
    throw new OpenobserveError(400, 'start_time should be less than end_time');
  const streams = store
    .list(organization, type)
    .filter(stream => sql.toLowerCase().includes(stream.name));
  const rows = ask(store.database, streams, { sql, start, end });
  const last = from + (size < 0 ? mostHits : size);
  const hits = rows.slice(from, last);
  const took = Date.now() - started;
  return {
    took,
    took_detail: {
      total: took,
      cache_took: 0,
      file_list_took: 0,
      wait_in_queue: 0,
      idx_took: 0,
      search_took: took,
    },
    columns: [],
    hits,
    total: hits.length,
    from,
    size,
    cached_ratio: 0,
    scan_files: 0,
    scan_size: 0,
    idx_scan_size: 0,
    scan_records: streams.reduce(
      (sum, stream) => sum + store.figures(stream).count,
      0,
    ),
    response_type: '',
    trace_id: crypto.randomUUID().replaceAll('-', ''),
    is_partial: false,
    result_cache_ratio: 0,
  };
}

function ask(
  database: DatabaseSync,
  streams: StreamInfo[],
  query: { sql: string; start: number; end: number },
): Record<string, SQLOutputValue>[] {
  defineFunctions(database);
  const views = streams.map(stream => viewOf(stream, query));
  try {
    for (const { create } of views) database.exec(create);
    // Only questions: this is also the database that everything is kept in.
    if (!/^\s*(select|with)\b/i.test(query.sql))
      throw new OpenobserveError(400, 'Search SQL not valid', {
        code: 20001,
        detail: query.sql,
      });
    return database.prepare(query.sql).all().map(withoutNull);
  } catch (error) {
    throw error instanceof OpenobserveError
      ? error
      : sqlError(error as Error, query.sql);
  } finally {
    for (const { name } of views)
      database.exec(`DROP VIEW IF EXISTS temp.${name}`);
  }
}

/** A stream as the question sees it: its columns, only the asked time, newest first. */
function viewOf(
  { id, name, columns }: StreamInfo,
  { start, end }: { start: number; end: number },
) {
  const fields = Object.keys(columns).map(
    column => `json_extract(fields, '$."${column}"') AS ${quoted(column)}`,
  );
  const view = quoted(name);
  return {
    name: view,
    create: `CREATE TEMP VIEW ${view} AS
      SELECT at AS _timestamp${fields.map(field => `, ${field}`).join('')}
      FROM main.records
      WHERE stream = ${id} AND at >= ${Math.trunc(start)} AND at < ${Math.trunc(end)} AND visible_at <= ${Date.now()}
      ORDER BY at DESC`,
  };
}

/** Names of streams and columns are letters, digits, `_` and `:` by then. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** OpenObserve leaves out the columns that a record does not have. */
function withoutNull(row: Record<string, SQLOutputValue>) {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null),
  );
}

function defineFunctions(database: DatabaseSync) {
  const define = (
    name: string,
    test: (text: string, what: string) => boolean,
  ) =>
    database.function(name, (text, what) =>
      text !== null && test(String(text), String(what)) ? 1 : 0,
    );
  define('str_match', (text, what) => text.includes(what));
  define('str_match_ignore_case', (text, what) =>
    text.toLowerCase().includes(what.toLowerCase()),
  );
  define('re_match', (text, what) => new RegExp(what).test(text));
}

function sqlError(error: Error, sql: string): OpenobserveError {
  const { message } = error;
  const known: [RegExp, number, (name: string) => string][] = [
    [
      /no such table: (?:temp\.|main\.)?(\S+)/,
      20002,
      name => `Search stream not found: ${name}`,
    ],
    [
      /no such column: "?([^"\s]+)/,
      20004,
      name => `Search field not found: ${name}`,
    ],
    [
      /no such function: (\S+)/,
      20005,
      name => `Search function not defined: ${name}`,
    ],
  ];
  for (const [pattern, code, text] of known) {
    const name = pattern.exec(message)?.[1];
    if (name) return new OpenobserveError(400, text(name), { code });
  }
  return /syntax error|incomplete input|unrecognized token/.test(message)
    ? new OpenobserveError(400, 'Search SQL not valid', {
        code: 20001,
        detail: sql,
      })
    : new OpenobserveError(400, 'Search SQL execute error', {
        code: 20008,
        detail: message,
      });
}

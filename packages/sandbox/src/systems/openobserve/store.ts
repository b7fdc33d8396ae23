import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NewRecord, StreamType } from './records';

/** Newest records of a stream that are kept, when nobody says otherwise. */
export const keptRecords = 20_000;

/** What is known of one stream. */
export interface StreamInfo {
  id: number;
  name: string;
  type: StreamType;
  /** Columns with the type that OpenObserve gives them. */
  columns: Record<string, 'Utf8' | 'Int64' | 'Float64' | 'Boolean'>;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** Size and age of a stream; times in microseconds. */
export interface StreamFigures {
  count: number;
  oldest: number;
  newest: number;
  bytes: number;
}

/**
 * Records by stream in one SQLite file. What is written is on disk at once as far as the system is concerned, so a killed
 * sandbox loses nothing; only a power cut may.
 */
export class StreamStore {
  readonly #database: DatabaseSync;
  readonly #kept: number;
  readonly #streams = new Map<string, StreamInfo>();
  readonly #sinceTrim = new Map<number, number>();

  /** @param kept - newest records of each stream that stay */
  constructor(file: string, kept = keptRecords) {
    mkdirSync(dirname(file), { recursive: true });
    this.#kept = kept;
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS streams (
        id INTEGER PRIMARY KEY, organization TEXT, type TEXT, name TEXT, columns TEXT, created_at INTEGER,
        UNIQUE (organization, type, name)
      );
      CREATE TABLE IF NOT EXISTS records (
        id INTEGER PRIMARY KEY, stream INTEGER, at INTEGER, visible_at INTEGER, fields TEXT
      );
      CREATE INDEX IF NOT EXISTS records_by_time ON records (stream, at);
    `);
    this.#load();
  }

  /** The database, for questions. */
  get database(): DatabaseSync {
    return this.#database;
  }

  /** A stream that has had a record. */
  find(
    organization: string,
    type: StreamType,
    name: string,
  ): StreamInfo | undefined {
    return this.#streams.get(keyOf(organization, type, name));
  }

  /** Streams of one type, by name. */
  list(organization: string, type: StreamType): StreamInfo[] {
    const prefix = keyOf(organization, type, '');
    return [...this.#streams]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, stream]) => stream)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  figures(stream: StreamInfo): StreamFigures {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS count, coalesce(min(at), 0) AS oldest, coalesce(max(at), 0) AS newest,
           coalesce(sum(length(fields)), 0) AS bytes FROM records WHERE stream = ?`,
      )
      .get(stream.id);
    return { ...row } as unknown as StreamFigures;
  }

  /**
   * Adds records, all or none; streams and columns come into being with them.
   *
   * @param visibleAt - when a search may find them, milliseconds since 1970
   */
  add(
    organization: string,
    type: StreamType,
    records: NewRecord[],
    visibleAt = 0,
  ): void {
    const insert = this.#database.prepare(
      'INSERT INTO records (stream, at, visible_at, fields) VALUES (?, ?, ?, ?)',
    );
    this.#database.exec('BEGIN');
    try {
      for (const record of records) {
        const stream = this.#streamOf(organization, type, record);
        insert.run(
          stream.id,
          record.at,
          visibleAt,
          JSON.stringify(record.fields),
        );
        this.#trim(stream.id);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      // What was learned of streams in the meantime is not in the file.
      this.#load();
      throw error;
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#database.exec('DELETE FROM records; DELETE FROM streams;');
    this.#load();
  }

  close(): void {
    this.#database.close();
  }

  #load() {
    this.#streams.clear();
    this.#sinceTrim.clear();
    for (const row of this.#database.prepare('SELECT * FROM streams').all())
      this.#streams.set(
        keyOf(`${row.organization}`, `${row.type}`, `${row.name}`),
        {
          id: Number(row.id),
          name: `${row.name}`,
          type: row.type as StreamType,
          columns: JSON.parse(`${row.columns}`),
          createdAt: Number(row.created_at),
        },
      );
  }

  #streamOf(
    organization: string,
    type: StreamType,
    { stream: name, fields }: NewRecord,
  ): StreamInfo {
    const key = keyOf(organization, type, name);
    const stream =
      this.#streams.get(key) ?? this.#create(organization, type, name);
    const news = Object.entries(fields).filter(
      ([column]) => !Object.hasOwn(stream.columns, column),
    );
    if (news.length === 0) return stream;
    for (const [column, value] of news)
      stream.columns[column] = columnType(type, column, value);
    this.#database
      .prepare('UPDATE streams SET columns = ? WHERE id = ?')
      .run(JSON.stringify(stream.columns), stream.id);
    return stream;
  }

  #create(organization: string, type: StreamType, name: string): StreamInfo {
    const createdAt = Date.now();
    const { lastInsertRowid } = this.#database
      .prepare(
        'INSERT INTO streams (organization, type, name, columns, created_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(organization, type, name, '{}', createdAt);
    const id = Number(lastInsertRowid);
    const stream: StreamInfo = { id, name, type, columns: {}, createdAt };
    this.#streams.set(keyOf(organization, type, name), stream);
    return stream;
  }

  /** Every so often: counting at each record would cost more than the record. */
  #trim(stream: number) {
    const added = (this.#sinceTrim.get(stream) ?? 0) + 1;
    const due = added >= Math.min(500, this.#kept);
    this.#sinceTrim.set(stream, due ? 0 : added);
    if (!due) return;
    this.#database
      .prepare(
        `DELETE FROM records WHERE stream = ?1 AND id <= (
           SELECT id FROM records WHERE stream = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
      )
      .run(stream, this.#kept);
  }
}

function keyOf(organization: string, type: string, name: string): string {
  return `${organization}/${type}/${name}`;
}

function columnType(
  type: StreamType,
  column: string,
  value: string | number | boolean,
): StreamInfo['columns'][string] {
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'string') return 'Utf8';
  // The value of a metric is a fraction, whatever the first sample happened to be.
  const fraction =
    !Number.isInteger(value) || (type === 'metrics' && column === 'value');
  return fraction ? 'Float64' : 'Int64';
}

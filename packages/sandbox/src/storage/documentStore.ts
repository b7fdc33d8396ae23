import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/**
 * Documents of a stand-in by their kinds, in memory for reading and written through to an SQLite file, so that a killed sandbox
 * loses nothing. A document is replaced as a whole and never changed in place; do not change what you are given. How documents
 * get their ids is the system's own.
 */
export abstract class DocumentStore<K, Id extends string | number> {
  readonly #database: DatabaseSync;
  readonly #kinds = new Map<keyof K, Map<Id, unknown>>();
  readonly #counters = new Map<string, number>();
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  readonly #readId: (text: string) => Id;
  #isOpen = true;

  /**
   * @param file - its folder is made when missing
   * @param readId - turns an id back into what it was
   */
  constructor(file: string, readId: (text: string) => Id) {
    this.#readId = readId;
    mkdirSync(dirname(file), { recursive: true });
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS documents (
        position INTEGER PRIMARY KEY, collection TEXT, id TEXT, body TEXT, UNIQUE (collection, id)
      );
      CREATE TABLE IF NOT EXISTS counters (prefix TEXT PRIMARY KEY, last INTEGER);
    `);
    // An update keeps the position: order is the order of insertion, in memory and after a start.
    this.#put = this.#database.prepare(
      `INSERT INTO documents (collection, id, body) VALUES (?, ?, ?)
       ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body`,
    );
    this.#delete = this.#database.prepare(
      'DELETE FROM documents WHERE collection = ? AND id = ?',
    );
    this.#count = this.#database.prepare(
      `INSERT INTO counters (prefix, last) VALUES (?, ?)
       ON CONFLICT (prefix) DO UPDATE SET last = excluded.last`,
    );
    this.#load();
  }

  /** True before anything was put in. */
  get isEmpty(): boolean {
    return [...this.#kinds.values()].every(({ size }) => size === 0);
  }

  /** All documents of a kind, oldest first. */
  all<N extends keyof K>(kind: N): K[N][] {
    return [...this.#of(kind).values()];
  }

  get<N extends keyof K>(kind: N, id: Id): K[N] | undefined {
    return this.#of(kind).get(id);
  }

  /** @returns whether it was there */
  remove(kind: keyof K, id: Id): boolean {
    const wasThere = this.#of(kind).delete(id);
    if (wasThere && this.#isOpen) this.#delete.run(String(kind), String(id));
    return wasThere;
  }

  /** The next number of a counter; it is never given twice. */
  next(counter: string): number {
    const last = (this.#counters.get(counter) ?? 0) + 1;
    this.startCounter(counter, last);
    return last;
  }

  /** Sets the number that was given last, for counters that do not begin at 1. */
  startCounter(counter: string, last: number): void {
    this.#counters.set(counter, last);
    if (this.#isOpen) this.#count.run(counter, last);
  }

  /** Many changes as one write: all of them on disk, or none. */
  batch<T>(work: () => T): T {
    this.#database.exec('BEGIN');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      this.#load();
      throw error;
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#database.exec('DELETE FROM documents; DELETE FROM counters;');
    this.#load();
  }

  /** What changes afterwards is forgotten: something that still runs must not fail because the server stops. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#database.close();
  }

  /** Puts a document in the place of the one with its id, or behind all others. */
  protected save<N extends keyof K>(kind: N, id: Id, document: K[N]): K[N] {
    this.#of(kind).set(id, document);
    if (this.#isOpen)
      this.#put.run(String(kind), String(id), JSON.stringify(document));
    return document;
  }

  /** @throws when there is none */
  protected demand<N extends keyof K>(kind: N, id: Id): K[N] {
    const found = this.get(kind, id);
    if (!found) throw new Error(`There is no ${id} in ${String(kind)}.`);
    return found;
  }

  #of<N extends keyof K>(kind: N): Map<Id, K[N]> {
    let documents = this.#kinds.get(kind);
    if (!documents) {
      documents = new Map();
      this.#kinds.set(kind, documents);
    }
    return documents as Map<Id, K[N]>;
  }

  #load() {
    this.#kinds.clear();
    this.#counters.clear();
    const documents = this.#database.prepare(
      'SELECT collection, id, body FROM documents ORDER BY position',
    );
    for (const { collection, id, body } of documents.iterate())
      this.#of(collection as keyof K).set(
        this.#readId(`${id}`),
        JSON.parse(`${body}`),
      );
    for (const row of this.#database.prepare('SELECT * FROM counters').all())
      this.#counters.set(`${row.prefix}`, Number(row.last));
  }
}

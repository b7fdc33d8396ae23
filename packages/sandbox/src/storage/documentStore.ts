import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Kinds of documents by name; every document has a number of its own. */
type Kinds<K> = Record<keyof K, { id: number }>;

/** A document before it has its number; one that brings its own keeps it. */
export type NewDocument<T extends { id: number }> = Omit<T, 'id'> & {
  id?: number;
};

/**
 * Documents of a stand-in, in memory for reading and written through to an SQLite file, so that a killed sandbox loses
 * nothing. A document is replaced as a whole and never changed in place; do not change what you are given.
 */
export class DocumentStore<K extends Kinds<K>> {
  readonly #database: DatabaseSync;
  readonly #kinds = new Map<keyof K, Map<number, unknown>>();
  readonly #counters = new Map<string, number>();
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  #isOpen = true;

  /** @param file - its folder is made when missing */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS documents (kind TEXT, id INTEGER, body TEXT, PRIMARY KEY (kind, id));
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, last INTEGER);
    `);
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO documents (kind, id, body) VALUES (?, ?, ?)',
    );
    this.#delete = this.#database.prepare(
      'DELETE FROM documents WHERE kind = ? AND id = ?',
    );
    this.#count = this.#database.prepare(
      'INSERT OR REPLACE INTO counters (name, last) VALUES (?, ?)',
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

  /** Those that fit, oldest first. */
  filter<N extends keyof K>(kind: N, fits: (document: K[N]) => boolean) {
    return this.all(kind).filter(fits);
  }

  find<N extends keyof K>(
    kind: N,
    fits: (document: K[N]) => boolean,
  ): K[N] | undefined {
    for (const document of this.#of(kind).values())
      if (fits(document)) return document;
    return undefined;
  }

  get<N extends keyof K>(kind: N, id: number): K[N] | undefined {
    return this.#of(kind).get(id);
  }

  /** Adds a document under the next number of its kind. */
  insert<N extends keyof K>(kind: N, document: NewDocument<K[N]>): K[N] {
    const { id = this.next(String(kind)), ...fields } = document;
    const made = { id, ...fields } as unknown as K[N];
    this.#save(kind, made);
    return made;
  }

  /**
   * Changes fields of a document; a field that is undefined goes.
   *
   * @throws when there is none
   */
  update<N extends keyof K>(kind: N, id: number, change: Partial<K[N]>): K[N] {
    const before = this.get(kind, id);
    if (!before) throw new Error(`There is no ${String(kind)} ${id}.`);
    const after = { ...before, ...change, id };
    this.#save(kind, after);
    return after;
  }

  /** @returns whether it was there */
  remove(kind: keyof K, id: number): boolean {
    const wasThere = this.#of(kind).delete(id);
    if (wasThere && this.#isOpen) this.#delete.run(String(kind), id);
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

  #of<N extends keyof K>(kind: N): Map<number, K[N]> {
    let documents = this.#kinds.get(kind);
    if (!documents) {
      documents = new Map();
      this.#kinds.set(kind, documents);
    }
    return documents as Map<number, K[N]>;
  }

  #save<N extends keyof K>(kind: N, document: K[N]) {
    this.#of(kind).set(document.id, document);
    if (this.#isOpen)
      this.#put.run(String(kind), document.id, JSON.stringify(document));
  }

  #load() {
    this.#kinds.clear();
    this.#counters.clear();
    const documents = this.#database.prepare(
      'SELECT kind, id, body FROM documents ORDER BY kind, id',
    );
    for (const { kind, id, body } of documents.iterate())
      this.#of(kind as keyof K).set(Number(id), JSON.parse(`${body}`));
    for (const row of this.#database.prepare('SELECT * FROM counters').all())
      this.#counters.set(`${row.name}`, Number(row.last));
  }
}

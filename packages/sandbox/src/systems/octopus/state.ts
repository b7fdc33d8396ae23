import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { CollectionName, Collections } from './documents';

/** A document before it has an id; one that brings its own keeps it. */
export type NewDocument<C extends CollectionName> = Omit<
  Collections[C],
  'Id'
> & { Id?: string };

/**
 * Everything that the server knows: in memory for reading, and written through to an SQLite file, so that a killed sandbox
 * loses nothing. Documents are replaced as a whole and never changed in place; do not change what you are given.
 */
export class OctopusState {
  readonly #database: DatabaseSync;
  readonly #collections = new Map<CollectionName, Map<string, unknown>>();
  readonly #counters = new Map<string, number>();
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  #open = true;

  /** @param file - its folder is made when missing */
  constructor(file: string) {
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
    return [...this.#collections.values()].every(({ size }) => size === 0);
  }

  /** All documents of a collection, oldest first. */
  all<C extends CollectionName>(collection: C): Collections[C][] {
    return [...this.#of(collection).values()];
  }

  get<C extends CollectionName>(
    collection: C,
    id: string,
  ): Collections[C] | undefined {
    return this.#of(collection).get(id);
  }

  /**
   * Adds a document.
   *
   * @param prefix - of its id, for example `ServerTasks`; ids are counted up and never given twice
   * @returns it with its `Id`
   */
  insert<C extends CollectionName>(
    collection: C,
    prefix: string,
    document: NewDocument<C>,
  ): Collections[C] {
    const { Id = this.nextId(prefix), ...fields } = document;
    const made = { Id, ...fields } as Collections[C];
    this.#save(collection, made);
    return made;
  }

  /**
   * Changes fields of a document; a field that is undefined goes.
   *
   * @throws when there is none
   */
  update<C extends CollectionName>(
    collection: C,
    id: string,
    change: Partial<Collections[C]>,
  ): Collections[C] {
    const before = this.get(collection, id);
    if (!before) throw new Error(`There is no ${id} in ${collection}.`);
    const after = { ...before, ...change, Id: id };
    this.#save(collection, after);
    return after;
  }

  /** @returns whether it was there */
  remove(collection: CollectionName, id: string): boolean {
    const there = this.#of(collection).delete(id);
    if (there && this.#open) this.#delete.run(collection, id);
    return there;
  }

  /** The next id of a kind; it is taken with that. */
  nextId(prefix: string): string {
    const last = (this.#counters.get(prefix) ?? 0) + 1;
    this.setCounter(prefix, last);
    return `${prefix}-${last}`;
  }

  /** Sets the number that was given last, for kinds that do not begin at 1. */
  setCounter(prefix: string, last: number): void {
    this.#counters.set(prefix, last);
    if (this.#open) this.#count.run(prefix, last);
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
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  #of<C extends CollectionName>(collection: C): Map<string, Collections[C]> {
    let documents = this.#collections.get(collection);
    if (!documents) {
      documents = new Map();
      this.#collections.set(collection, documents);
    }
    return documents as Map<string, Collections[C]>;
  }

  #save<C extends CollectionName>(collection: C, document: Collections[C]) {
    this.#of(collection).set(document.Id, document);
    if (this.#open)
      this.#put.run(collection, document.Id, JSON.stringify(document));
  }

  #load() {
    this.#collections.clear();
    this.#counters.clear();
    const documents = this.#database.prepare(
      'SELECT collection, id, body FROM documents ORDER BY position',
    );
    for (const row of documents.iterate())
      this.#of(row.collection as CollectionName).set(
        `${row.id}`,
        JSON.parse(`${row.body}`),
      );
    for (const row of this.#database.prepare('SELECT * FROM counters').all())
      this.#counters.set(`${row.prefix}`, Number(row.last));
  }
}

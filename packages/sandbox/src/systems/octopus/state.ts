import { DocumentStore } from '../../storage/documentStore';
import type { CollectionName, Collections } from './documents';

/** A document before it has an id; one that brings its own keeps it. */
export type NewDocument<C extends CollectionName> = Omit<
  Collections[C],
  'Id'
> & { Id?: string };

/** Everything that the server knows. */
export class OctopusState extends DocumentStore<Collections, string> {
  /** @param file - its folder is made when missing */
  constructor(file: string) {
    super(file, id => id);
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
    return this.save(collection, Id, { Id, ...fields } as Collections[C]);
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
    const before = this.demand(collection, id);
    return this.save(collection, id, { ...before, ...change, Id: id });
  }

  /** The next id of a kind; it is taken with that. */
  nextId(prefix: string): string {
    return `${prefix}-${this.next(prefix)}`;
  }
}

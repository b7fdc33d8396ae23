import { DocumentStore } from '../../storage/documentStore';
import type { Documents } from './model';

type Kind = keyof Documents;

/** A document before it has its number; one that brings its own keeps it. */
type NewDocument<N extends Kind> = Omit<Documents[N], 'id'> & { id?: number };

/** Everything that the server knows; each kind of document has numbers of its own. */
export class GithubState extends DocumentStore<Documents, number> {
  /** @param file - its folder is made when missing */
  constructor(file: string) {
    super(file, Number);
  }

  /** Those that fit, oldest first. */
  filter<N extends Kind>(kind: N, fits: (document: Documents[N]) => boolean) {
    return this.all(kind).filter(fits);
  }

  find<N extends Kind>(
    kind: N,
    fits: (document: Documents[N]) => boolean,
  ): Documents[N] | undefined {
    return this.all(kind).find(fits);
  }

  /** Adds a document under the next number of its kind. */
  insert<N extends Kind>(kind: N, document: NewDocument<N>): Documents[N] {
    const { id = this.next(kind), ...fields } = document;
    return this.save(kind, id, { id, ...fields } as unknown as Documents[N]);
  }

  /**
   * Changes fields of a document; a field that is undefined goes.
   *
   * @throws when there is none
   */
  update<N extends Kind>(
    kind: N,
    id: number,
    change: Partial<Documents[N]>,
  ): Documents[N] {
    return this.save(kind, id, { ...this.demand(kind, id), ...change, id });
  }
}

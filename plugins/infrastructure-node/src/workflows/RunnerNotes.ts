import type { GithubRunner, RepositoryName } from '@nante/clients';
import { KeptAnswers } from '../caches/KeptAnswers';

/** Where runners are asked for. */
interface Place {
  connection: string;
  repository: RepositoryName;
}

/** Runners of repositories, asked once for all runs that wait there. */
export class RunnerNotes {
  readonly #ask: (place: Place) => Promise<GithubRunner[] | undefined>;
  readonly #mayAsk: () => boolean;
  readonly #kept: KeptAnswers<GithubRunner[] | undefined>;

  /** @param options - `mayAsk`: takes a request out of the budget, false where there is none left */
  constructor(options: {
    ask: (place: Place) => Promise<GithubRunner[] | undefined>;
    mayAsk: () => boolean;
    /** Milliseconds. */
    freshFor: number;
    now: () => number;
  }) {
    this.#ask = options.ask;
    this.#mayAsk = options.mayAsk;
    this.#kept = new KeptAnswers({
      now: options.now,
      keepFor: () => options.freshFor,
    });
  }

  /** Undefined where the token may not see them, or nobody can be asked now; never throws. */
  async of(place: Place): Promise<GithubRunner[] | undefined> {
    const { owner, name } = place.repository;
    const key = `${place.connection}/${owner}/${name}`.toLowerCase();
    if (!this.#kept.has(key) && !this.#mayAsk()) return undefined;
    return this.#kept.get(key, () => this.#ask(place)).catch(() => undefined);
  }
}

import { ConflictError } from '@backstage/errors';
import type { RunDocument } from '@nante/model';
import type { RunnerOptions } from '@nante/plugin-infrastructure-node';
import type { RunIndex } from './RunIndex';

/** Longest wait until a run has written its first word, in milliseconds; it goes on without us. */
const FIRST_WORD = 10_000;

/** Starts the runs that pages ask for: a click is answered as soon as its run has a page, and a second click starts nothing. */
export class StartedRuns {
  readonly #runs: RunIndex;
  readonly #onFailure: (runId: string, error: unknown) => void;
  /** Requests of this process that have not begun yet. */
  readonly #started = new Map<string, Promise<void>>();

  /** @param deps - `onFailure`: told of a run that failed after its start was answered; its page says the same */
  constructor(deps: {
    runs: RunIndex;
    onFailure: (runId: string, error: unknown) => void;
  }) {
    this.#runs = deps.runs;
    this.#onFailure = deps.onFailure;
  }

  /**
   * Starts a run and answers with its first word; a request that has a run already only answers.
   *
   * @param runId - id of the request
   * @param requestedBy - entity ref of the person
   * @throws ConflictError where the id is another request's, and what the run fails with before its first word
   */
  async start(
    runId: string,
    requestedBy: string,
    kind: RunDocument['kind'],
    begin: (options: RunnerOptions) => Promise<unknown>,
  ): Promise<{ runId: string }> {
    const known = await this.#runs.get(runId);
    if (known && (known.requestedBy !== requestedBy || known.kind !== kind)) {
      throw new ConflictError(
        `The request ${runId} is another one; send a new one.`,
      );
    }
    if (!known) {
      // Looked up after the wait: a second click comes at the same time.
      await (this.#started.get(runId) ?? this.#begin(runId, begin));
    }
    return { runId };
  }

  #begin(
    runId: string,
    begin: (options: RunnerOptions) => Promise<unknown>,
  ): Promise<void> {
    const first = new Promise<void>((resolve, reject) => {
      let answered = false;
      const timer = setTimeout(() => answer(), FIRST_WORD);
      function answer() {
        answered = true;
        clearTimeout(timer);
        resolve();
      }
      begin({ onRun: answer }).then(answer, error => {
        clearTimeout(timer);
        if (answered) this.#onFailure(runId, error);
        reject(error);
      });
    }).finally(() => {
      // The run has its document now, or never will.
      this.#started.delete(runId);
    });
    this.#started.set(runId, first);
    return first;
  }
}

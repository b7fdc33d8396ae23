import { NanteError } from '@nante/model';

/** Everything that stands in the way, so that a person reads it at once and not one by one. */
export class Problems {
  readonly #found: string[] = [];

  get all(): readonly string[] {
    return this.#found;
  }

  add(problem: string): void {
    this.#found.push(problem);
  }

  /** Looks at something; what goes wrong is one of the problems. @returns undefined then */
  async look<T>(work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.add(sentenceOf(error));
      return undefined;
    }
  }
}

function sentenceOf(error: unknown): string {
  if (NanteError.is(error) && error.hint)
    return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

import { NanteError } from '@nante/model';

/** What somebody was asked, or why nobody could say: an outside system that does not answer is never a guess. */
export type Fact<T> = { known: true; value: T } | { known: false; why: string };

/** Asks, and turns an answer of ours that is an error into `unknown`. */
export async function fact<T>(look: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { known: true, value: await look() };
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    return { known: false, why: error.message };
  }
}

/** The value, or undefined where it is not known. */
export function valueOf<T>(found: Fact<T>): T | undefined {
  return found.known ? found.value : undefined;
}

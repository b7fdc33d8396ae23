import { NanteError, type Diagnosis } from '@nante/model';
import { remedies, type Remedy } from './remedies';

type Where = Pick<Diagnosis, 'id' | 'group' | 'title'>;

/** It is right. */
export const fine = (where: Where, message?: string): Diagnosis => ({
  ...where,
  state: 'ok',
  message,
});

/** It is not right, and somebody can repair it. */
export const wrong = (
  where: Where,
  message: string,
  remedy: Remedy,
  state: 'failed' | 'warning' = 'failed',
): Diagnosis => ({ ...where, state, message, ...remedy });

/** It could not be asked. */
export const unasked = (where: Where, because: string): Diagnosis => ({
  ...where,
  state: 'unknown',
  message: `Not asked: ${because}`,
});

/** Asks, and turns what goes wrong into an answer. */
export async function ask(
  where: Where,
  question: () => Promise<string | undefined>,
  remedy?: Remedy,
): Promise<Diagnosis> {
  try {
    return fine(where, await question());
  } catch (error) {
    if (NanteError.is(error) && error.code === 'cancelled') throw error;
    const known = NanteError.is(error) ? error : undefined;
    const fallback = known ? remedies[known.code] : undefined;
    const { who, how } = remedy ?? fallback ?? remedies.failed!;
    return wrong(where, error instanceof Error ? error.message : `${error}`, {
      who,
      how: known?.hint ?? how,
    });
  }
}

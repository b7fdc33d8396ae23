import { setTimeout as sleep } from 'node:timers/promises';
import type { AppDeploymentResult } from '@nante/model';

/** Answers in a row that say that an app is well: one alone may come from the instance that is just being taken away. */
const inARow = 3;
const pauseMs = 1_000;
const answerMs = 5_000;

/** What an address answered last. */
export type ProbedHealth = AppDeploymentResult['health'][number] & {
  ok: boolean;
};

/**
 * Asks an address from here until it has answered with 2xx three times in a row.
 *
 * @param options.seconds - until it has to
 * @returns what it answered last; `ok` where it was well in time
 */
export async function probeHealth(
  url: string,
  options: { seconds: number; signal: AbortSignal },
): Promise<ProbedHealth> {
  const { seconds, signal } = options;
  const deadline = Date.now() + seconds * 1000;
  let good = 0;
  let answer = 'nothing';
  while (good < inARow) {
    signal.throwIfAborted();
    const status = await ask(url, Math.max(1, deadline - Date.now()), signal);
    answer = status.text;
    good = status.ok ? good + 1 : 0;
    if (good === inARow) break;
    if (Date.now() + pauseMs > deadline) return { url, answer, ok: false };
    await sleep(pauseMs, undefined, { signal });
  }
  return { url, answer, ok: true };
}

async function ask(
  url: string,
  leftMs: number,
  signal: AbortSignal,
): Promise<{ ok: boolean; text: string }> {
  try {
    const response = await fetch(url, {
      // A page that only leads elsewhere is no proof.
      redirect: 'manual',
      signal: AbortSignal.any([
        signal,
        AbortSignal.timeout(Math.min(answerMs, leftMs)),
      ]),
    });
    await response.body?.cancel();
    return { ok: response.ok, text: String(response.status) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, text: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}

import type { SecretSource } from '@nante/clients';
import { type Redactor, createRedactor } from '@nante/engine';
import { secretDefinitions, secretNames } from '@nante/model';
import { KeptAnswers } from '../caches/KeptAnswers';

/** How long the values of the secrets serve, in milliseconds. */
const FRESH_FOR = 60_000;

/** Takes our secrets out of text that other systems wrote, such as the log of a job. */
export interface SecretMask {
  /** The text with every secret that our source has replaced by `***`. What the source does not say now it has said before, or nobody knows. */
  mask(text: string): Promise<string>;
}

/** Makes the mask; the source is asked once a minute for all. */
export function createSecretMask(
  source: SecretSource,
  now: () => number = Date.now,
): SecretMask {
  const names = secretNames.filter(name => secretDefinitions[name].secret);
  const redactor: Redactor = createRedactor();
  const kept = new KeptAnswers<true>({ now, keepFor: () => FRESH_FOR });
  return {
    async mask(text) {
      await kept
        .get('secrets', async () => {
          redactor.add(Object.values(await source.readOptional(names)));
          return true;
        })
        .catch(() => {});
      return redactor.redact(text);
    },
  };
}

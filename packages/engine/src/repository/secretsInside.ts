import type { NewFile } from '@nante/clients';
import { NanteError } from '@nante/model';
import type { EngineContext } from '../context';
import { knownSecrets } from '../operation/knownSecrets';
import { createRedactor } from '../secrets';

/** Shorter values are words that stand in many files. */
const shortestLength = 16;

/**
 * What goes into a repository must not hold one of our secrets, in any form.
 *
 * @throws NanteError `refused` that names the files, and never the secret
 */
export async function assertNoSecrets(
  context: EngineContext,
  files: readonly NewFile[],
): Promise<void> {
  const secrets = (await knownSecrets(context)).filter(
    value => (value?.length ?? 0) >= shortestLength,
  );
  const redactor = createRedactor(secrets);
  const leaking = files
    .filter(({ content }) => {
      const text = content?.toString('utf8') ?? '';
      return redactor.redact(text) !== text;
    })
    .map(({ path }) => path);
  if (leaking.length === 0) return;
  throw new NanteError(
    'refused',
    `The value of a secret stands in ${leaking.join(', ')}.`,
    {
      hint: 'Take it out: workflows get secrets from Doppler, by the one that the repository has.',
    },
  );
}

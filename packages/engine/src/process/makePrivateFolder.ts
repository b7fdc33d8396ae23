import { chmod, mkdir } from 'node:fs/promises';
import { NanteError } from '@nante/model';

/**
 * Makes a folder that only this user may read.
 *
 * @param holds - for a refusal: `It holds <what>.`
 * @throws NanteError `failed` where there is something of that name already: somebody else may have made it, and then it is not
 *   ours to trust
 */
export async function makePrivateFolder(
  path: string,
  holds: string,
): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await chmod(path, 0o700);
  } catch (cause) {
    throw new NanteError('failed', `${path} cannot be made.`, {
      hint: `It holds ${holds}. Remove it if somebody else has made it.`,
      cause,
    });
  }
}

import { githubFor, toBackstageError } from '@nante/plugin-infrastructure-node';
import type { ActionDeps } from './deps';

/**
 * Which repository an input means: with its owner, or by its name alone in the organization of the connection.
 *
 * @param use - `change`: something will be changed there, which a read-only connection refuses
 * @throws InputError where there is no such connection, NotAllowedError where it is read-only
 */
export async function placeOf(
  { engine }: Pick<ActionDeps, 'engine'>,
  {
    repository,
    connection: named,
  }: { repository: string; connection?: string },
  use: { change: boolean } = { change: true },
): Promise<{ connection: string; repository: string }> {
  try {
    const { name, connection } = githubFor(
      await engine.config(),
      // Forms leave an empty text where nothing was typed.
      { connection: named || undefined },
      use,
    );
    const isWhole = repository.includes('/');
    return {
      connection: name,
      repository: isWhole
        ? repository
        : `${connection.organization}/${repository}`,
    };
  } catch (error) {
    throw toBackstageError(error);
  }
}

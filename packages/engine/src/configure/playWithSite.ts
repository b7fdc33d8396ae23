import type { Lease } from '../lock/lease';
import { joinMesh } from '../mesh/joinMesh';
import type { Run } from '../operation/executeRun';
import { guestsAreRecords } from './playOnHosts';
import { siteSecrets } from './siteSecrets';
import type { SiteNeeds } from './siteVariables';

/**
 * Plays with what roles need of the site in the environment: secrets by name, and a key of the mesh for each host that has to
 * join it. Guests that are records take nothing.
 *
 * @throws NanteError what the play throws, and see `joinMesh`
 */
export async function playWithSite<T>(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  needs: SiteNeeds,
  dryRun: boolean,
  play: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (guestsAreRecords(run)) return play({});
  const secrets = await siteSecrets(run.context, needs);
  return joinMesh(run, lease, { needs, dryRun }, keys =>
    play({ ...secrets, ...keys }),
  );
}

import type { OctopusApi } from '@nante/clients';
import { NanteError, type ReleaseRequest } from '@nante/model';
import type { Run } from '../operation/executeRun';
import type { ChosenPackage } from './choosePackages';

/**
 * Tells Octopus from which commit and build the packages come. Before the release: it takes what is known when it is made.
 * A key that may not say so does not stop the release.
 */
export async function pushProvenance(
  { recorder, signal }: Run,
  api: OctopusApi,
  { commit, buildUrl }: ReleaseRequest,
  packages: readonly ChosenPackage[],
  step: { detail(text: string): void; skip(text: string): void },
): Promise<void> {
  if (commit === undefined && buildUrl === undefined) {
    step.skip('Neither a commit nor a build was named.');
    return;
  }
  const known = new Map(
    packages.map(used => [`${used.packageId} ${used.version}`, used]),
  );
  if (known.size === 0) {
    step.skip('The process deploys no package.');
    return;
  }
  try {
    for (const { packageId, version } of known.values())
      await api.pushBuildInformation(
        { packageId, version, commit, buildUrl },
        { signal },
      );
    step.detail(
      [commit && `commit ${commit}`, buildUrl && `build ${buildUrl}`]
        .filter(Boolean)
        .join(', '),
    );
  } catch (error) {
    if (!NanteError.is(error) || error.code !== 'unauthorized') throw error;
    recorder.log('warn', `${error.message} The release is made without.`);
    step.skip('Our key may not say so.');
  }
}

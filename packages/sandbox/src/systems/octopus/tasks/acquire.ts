import type { ProcessAction } from '../documents';
import { property, type DeploymentSubject } from './subject';
import type { LogNode } from './taskLog';
import type { FetchedPackage } from './types';
import { TaskFailure, writeError, type WorkContext } from './work';

interface Acquired {
  packageId: string;
  version: string;
  fetched: FetchedPackage;
}

/** Packages of a deployment that lie on the server. */
export class AcquiredPackages {
  readonly #byAction = new Map<string, Acquired>();

  set(action: ProcessAction, acquired: Acquired): void {
    this.#byAction.set(action.Id, acquired);
  }

  of(action: ProcessAction): Acquired {
    const found = this.#byAction.get(action.Id);
    if (!found)
      throw new TaskFailure(`The package of "${action.Name}" is not there.`);
    return found;
  }
}

export function deploysPackage({ ActionType }: ProcessAction): boolean {
  return ActionType === 'Octopus.TentaclePackage';
}

/** Name of the node that packages are fetched under. */
export const acquireTitle = 'Acquire packages';

/**
 * Fetches the packages of all steps that deploy one.
 *
 * @param parent - has a node for it; none when a deployment goes on and they were fetched before
 * @throws TaskFailure when one is missing
 */
export async function acquirePackages(
  context: WorkContext,
  subject: DeploymentSubject,
  parent: LogNode | undefined,
): Promise<AcquiredPackages> {
  const packages = new AcquiredPackages();
  const actions = subject.steps
    .flatMap(({ actions: all }) => all)
    .filter(deploysPackage);
  const node = parent?.find(acquireTitle)?.start();
  for (const action of actions) {
    const { packageId, version, feedId } = packageOf(subject, action);
    const { state } = context.parts;
    const feed = state.get('feeds', feedId);
    const name = `${packageId} ${version}${feed ? ` from ${feed.Name}` : ''}`;
    const child = node?.begin(name);
    try {
      if (!feed) throw new TaskFailure(`The feed ${feedId} is not there.`);
      const fetched = await context.parts.packages.fetch(
        feed,
        packageId,
        version,
        context.signal,
      );
      packages.set(action, { packageId, version, fetched });
      child?.info(
        `Fetched ${packageId} ${version}: ${fetched.size} bytes, SHA-1 ${fetched.sha1}, as the feed says`,
      );
      child?.end('Success');
    } catch (error) {
      context.signal.throwIfAborted();
      const message = child ? writeError(child, error) : `${error}`;
      child?.end('Failed');
      node?.end('Failed');
      throw new TaskFailure(message);
    }
  }
  node?.end('Success');
  return packages;
}

function packageOf({ release }: DeploymentSubject, action: ProcessAction) {
  const reference = action.Packages.find(({ Name }) => !Name);
  const packageId =
    reference?.PackageId ??
    property(action, 'Octopus.Action.Package.PackageId');
  const feedId =
    reference?.FeedId ?? property(action, 'Octopus.Action.Package.FeedId');
  const selected = release.SelectedPackages.find(
    ({ ActionName, PackageReferenceName }) =>
      ActionName === action.Name && !PackageReferenceName,
  );
  if (!packageId || !selected)
    throw new TaskFailure(
      `The release ${release.Version} names no version of the package of "${action.Name}".`,
    );
  return { packageId, feedId, version: selected.Version };
}

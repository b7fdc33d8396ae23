import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { repositoryCreatePermission } from '@nante/plugin-infrastructure-common';
import type { Requester } from './authorization';
import { authorizeForApp } from './authorizeApp';
import type { AppComponent } from './component';
import type { ActionDeps } from './deps';

/** Which repository somebody wants to make or change. */
export interface WantedRepository {
  component: AppComponent;
  connection: string;
  /** `owner/name`. */
  repository: string;
}

/**
 * Whether somebody may make a repository for an app: its owner, under the app's name or one that begins with it.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeNewRepository(
  deps: ActionDeps,
  credentials: BackstageCredentials,
  component: AppComponent,
  name: string,
): Promise<Requester> {
  const requester = await authorizeForApp(deps, credentials, {
    ...{ component, permission: repositoryCreatePermission, isOwn: true },
    what: `make the repository ${name} for ${component.name}`,
  });
  const isOwn =
    name === component.name || name.startsWith(`${component.name}-`);
  if (isOwn || requester.operator) return requester;
  throw new NotAllowedError(
    `Only operators may make the repository ${name} for ${component.name}: choose a name that is ${component.name}, or begins with ${component.name}-.`,
  );
}

/**
 * Whether somebody may propose a change: a branch in a repository starts its workflows, with its secrets. So it has to be the
 * app's own, by our ledger or by the annotation of its component.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeChange(
  deps: ActionDeps,
  credentials: BackstageCredentials,
  wanted: WantedRepository,
  options: { signal?: AbortSignal } = {},
): Promise<Requester> {
  const { component, repository } = wanted;
  const requester = await authorizeForApp(deps, credentials, {
    ...{ component, permission: repositoryCreatePermission, isOwn: true },
    what: `propose changes to ${repository} for ${component.name}`,
  });
  if (requester.operator) return requester;
  if (isSame(component.repository, repository)) return requester;
  const ours = await deps.engine.managedRepositories(options);
  const isOurs = ours.some(
    one =>
      one.app === component.name &&
      one.connection === wanted.connection &&
      isSame(one.repository, repository),
  );
  if (isOurs) return requester;
  throw new NotAllowedError(
    `Only operators may propose changes to ${repository} for ${component.name}: the component does not say that it is its own. Its annotation github.com/project-slug does.`,
  );
}

function isSame(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

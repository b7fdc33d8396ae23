import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { Permission } from '@backstage/plugin-permission-common';
import {
  pipelineRunPermission,
  repositoryCreatePermission,
} from '@nante/plugin-infrastructure-common';
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
  return authorizeOwn(deps, credentials, wanted, {
    ...{ permission: repositoryCreatePermission, signal: options.signal },
    what: 'propose changes to',
  });
}

/**
 * Whether somebody may start, follow and cancel workflows: of the app's own repository, as for a change.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeWorkflow(
  deps: ActionDeps,
  credentials: BackstageCredentials,
  wanted: WantedRepository,
  options: { signal?: AbortSignal } = {},
): Promise<Requester> {
  return authorizeOwn(deps, credentials, wanted, {
    ...{ permission: pipelineRunPermission, signal: options.signal },
    what: 'run workflows of',
  });
}

async function authorizeOwn(
  deps: ActionDeps,
  credentials: BackstageCredentials,
  { component, connection, repository }: WantedRepository,
  {
    permission,
    what,
    signal,
  }: { permission: Permission; what: string; signal?: AbortSignal },
): Promise<Requester> {
  const requester = await authorizeForApp(deps, credentials, {
    ...{ component, permission, isOwn: true },
    what: `${what} ${repository} for ${component.name}`,
  });
  if (requester.operator) return requester;
  const ours = (await deps.engine.managedRepositories({ signal })).filter(
    one => one.connection === connection && isSame(one.repository, repository),
  );
  if (ours.some(({ app }) => app === component.name)) return requester;
  // An annotation is written by whoever owns the component, and proves nothing about another app's repository.
  if (!ours.length && isSame(component.repository, repository))
    return requester;
  throw new NotAllowedError(
    ours.length
      ? `Only operators may ${what} ${repository} for ${component.name}: it was made for ${ours[0].app}.`
      : `Only operators may ${what} ${repository} for ${component.name}: the component does not say that it is its own. Its annotation github.com/project-slug does.`,
  );
}

function isSame(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

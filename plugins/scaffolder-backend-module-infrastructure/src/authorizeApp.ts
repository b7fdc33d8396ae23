import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type Permission,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import { operatePermission } from '@nante/plugin-infrastructure-common';
import type { Requester } from './authorization';
import type { AppComponent } from './component';
import type { ActionDeps } from './deps';

type Deps = Pick<ActionDeps, 'permissions' | 'userInfo'>;

/**
 * Whether somebody may do something for an app: who owns its component, with the permission; or an operator.
 *
 * @param options.what - for a refusal: `Only … may <what>.`
 * @param options.isOwn - false for something of Octopus or Nexus that is not the component's: then operators alone
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeForApp(
  deps: Deps,
  credentials: BackstageCredentials,
  options: {
    component: AppComponent;
    permission: Permission;
    what: string;
    isOwn: boolean;
  },
): Promise<Requester> {
  const { component, permission, what, isOwn } = options;
  const [isAllowed, requester] = await Promise.all([
    hasPermission(deps, credentials, permission),
    readRequester(deps, credentials),
  ]);
  const { ref, operator, claims } = requester;
  if (operator) return { ref, operator };
  if (!isAllowed)
    throw new NotAllowedError(
      `You lack the permission ${permission.name}; the portal's operators grant it.`,
    );
  const { name, owner } = component;
  if (owner === undefined)
    throw new NotAllowedError(
      `The catalog has no component ${name} with an owner, so that only operators may ${what}.`,
    );
  if (!claims.includes(owner))
    throw new NotAllowedError(`Only ${owner} and operators may ${what}.`);
  if (!isOwn)
    throw new NotAllowedError(
      `Only operators may ${what}: the component ${name} does not say that it is its own. Its annotations nante.dev/octopus-project and nante.dev/artifacts do, and so does its name.`,
    );
  return { ref, operator };
}

/**
 * Whether somebody is an operator.
 *
 * @throws NotAllowedError for everybody else
 */
export async function authorizeOperator(
  deps: Deps,
  credentials: BackstageCredentials,
  what: string,
): Promise<Requester> {
  const { ref, operator } = await readRequester(deps, credentials);
  if (operator) return { ref, operator };
  throw new NotAllowedError(`Only operators may ${what}; ask one of them.`);
}

async function readRequester(
  { permissions, userInfo }: Deps,
  credentials: BackstageCredentials,
): Promise<Requester & { claims: string[] }> {
  const [[decision], info] = await Promise.all([
    permissions.authorize([{ permission: operatePermission }], { credentials }),
    userInfo.getUserInfo(credentials),
  ]);
  return {
    ref: info.userEntityRef,
    operator: decision.result === AuthorizeResult.ALLOW,
    claims: info.ownershipEntityRefs,
  };
}

/** Where the permission is about single things, its conditions say what the owner of the component says anyway. */
async function hasPermission(
  { permissions }: Deps,
  credentials: BackstageCredentials,
  permission: Permission,
): Promise<boolean> {
  const [{ result }] = isResourcePermission(permission)
    ? await permissions.authorizeConditional([{ permission }], { credentials })
    : await permissions.authorize([{ permission } as never], { credentials });
  return result !== AuthorizeResult.DENY;
}

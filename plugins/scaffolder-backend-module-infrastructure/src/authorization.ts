import type {
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  hostCreatePermission,
  hostDeletePermission,
  operatePermission,
} from '@nante/plugin-infrastructure-common';

/** What an action needs to know of whoever started the task. Plain JSON: it is kept in a checkpoint. */
export type Requester = {
  /** Entity ref of the person. */
  ref: string;
  operator: boolean;
};

interface Deps {
  permissions: PermissionsService;
  userInfo: UserInfoService;
}

async function isOperator(
  { permissions }: Deps,
  credentials: BackstageCredentials,
) {
  const [decision] = await permissions.authorize(
    [{ permission: operatePermission }],
    { credentials },
  );
  return decision.result === AuthorizeResult.ALLOW;
}

/**
 * Whether somebody may request a host for an owner: for a group of their own, or as an operator.
 *
 * @throws NotAllowedError that says what is missing
 */
export async function authorizeProvision(
  deps: Deps,
  credentials: BackstageCredentials,
  owner: string,
): Promise<Requester> {
  const [[decision], operator, info] = await Promise.all([
    deps.permissions.authorize([{ permission: hostCreatePermission }], {
      credentials,
    }),
    isOperator(deps, credentials),
    deps.userInfo.getUserInfo(credentials),
  ]);
  if (decision.result !== AuthorizeResult.ALLOW) {
    throw new NotAllowedError(
      `You may look at hosts and not request them. The portal's operators grant ${hostCreatePermission.name}.`,
    );
  }
  if (!operator && !info.ownershipEntityRefs.includes(owner)) {
    throw new NotAllowedError(
      `You may request hosts for your own groups, and ${owner} is none of them. Choose one of ${
        info.ownershipEntityRefs
          .filter(ref => ref.startsWith('group:'))
          .join(', ') || 'yours'
      }, or ask an operator.`,
    );
  }
  return { ref: info.userEntityRef, operator };
}

/**
 * Whether somebody may destroy a host: its owner, or an operator.
 *
 * @param entityRef - entity of the host that will be destroyed, never one that a form names
 * @param owner - for the message
 */
export async function authorizeDestroy(
  deps: Deps,
  credentials: BackstageCredentials,
  entityRef: string,
  owner: string,
): Promise<Requester> {
  const [[decision], operator, info] = await Promise.all([
    deps.permissions.authorize(
      [{ permission: hostDeletePermission, resourceRef: entityRef }],
      { credentials },
    ),
    isOperator(deps, credentials),
    deps.userInfo.getUserInfo(credentials),
  ]);
  if (decision.result !== AuthorizeResult.ALLOW && !operator) {
    throw new NotAllowedError(
      `Only ${owner} and operators may destroy this host.`,
    );
  }
  return { ref: info.userEntityRef, operator };
}

import {
  AuthorizeResult,
  type PolicyDecision,
  isPermission,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import {
  catalogEntityReadPermission,
  catalogEntityRefreshPermission,
  catalogLocationReadPermission,
} from '@backstage/plugin-catalog-common/alpha';
import {
  actionExecutePermission,
  taskCancelPermission,
  taskCreatePermission,
  taskReadPermission,
  templateParameterReadPermission,
  templateStepReadPermission,
} from '@backstage/plugin-scaffolder-common/alpha';
import {
  RESOURCE_TYPE_HOST,
  RESOURCE_TYPE_PROJECT,
  artifactCreatePermission,
  artifactReadPermission,
  deploymentCreatePermission,
  deploymentReadPermission,
  hostCreatePermission,
  hostDeletePermission,
  hostReadPermission,
  hostUpdatePermission,
  pipelineReadPermission,
  pipelineRunPermission,
  releaseCreatePermission,
  repositoryCreatePermission,
  runCancelPermission,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import { type RoleAssignments, roleOf } from './roles';

const ALLOW: PolicyDecision = { result: AuthorizeResult.ALLOW };
const DENY: PolicyDecision = { result: AuthorizeResult.DENY };

/** What everybody who is signed in may do: look. */
const reading = [
  catalogEntityReadPermission,
  catalogLocationReadPermission,
  templateParameterReadPermission,
  templateStepReadPermission,
  hostReadPermission,
  runReadPermission,
  deploymentReadPermission,
  artifactReadPermission,
  pipelineReadPermission,
];

/** What members may do besides. */
const requesting = [
  catalogEntityRefreshPermission,
  taskCreatePermission,
  actionExecutePermission,
  hostCreatePermission,
  // For components of their own groups: whose a component is, is known to route and action.
  releaseCreatePermission,
  artifactCreatePermission,
  repositoryCreatePermission,
  pipelineRunPermission,
  // Whether the run is one's own is known to the route, not to a policy.
  runCancelPermission,
];

/** What members may do with what their own groups have: hosts, and projects whose component is theirs. */
const ofOwners = [
  {
    permissions: [hostUpdatePermission, hostDeletePermission],
    resourceType: RESOURCE_TYPE_HOST,
    rule: 'IS_HOST_OWNER',
  },
  {
    permissions: [deploymentCreatePermission],
    resourceType: RESOURCE_TYPE_PROJECT,
    rule: 'IS_PROJECT_OWNER',
  },
];

/**
 * Who may do what. Whatever is not named here is refused, and a new permission stays refused until somebody thinks about
 * it. Operators may do everything; members request for their own groups, change and
 * destroy what these own, and deploy their projects; viewers look.
 */
export class NantePolicy implements PermissionPolicy {
  readonly #assignments: RoleAssignments;

  constructor(assignments: RoleAssignments) {
    this.#assignments = assignments;
  }

  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    if (!user) return DENY;
    const claims = user.info.ownershipEntityRefs;
    const role = roleOf(claims, this.#assignments);
    const { permission } = request;

    if (role === 'operator') return ALLOW;
    if (reading.some(allowed => isPermission(permission, allowed)))
      return ALLOW;

    // A task belongs to who started it; its parameters and log are nobody else's business.
    if (
      isResourcePermission(permission, taskReadPermission.resourceType) &&
      (isPermission(permission, taskReadPermission) ||
        (role === 'member' && isPermission(permission, taskCancelPermission)))
    ) {
      return {
        result: AuthorizeResult.CONDITIONAL,
        pluginId: 'scaffolder',
        resourceType: taskReadPermission.resourceType,
        conditions: {
          rule: 'IS_TASK_OWNER',
          resourceType: taskReadPermission.resourceType,
          params: { createdBy: [user.info.userEntityRef] },
        },
      };
    }

    if (role !== 'member') return DENY;
    if (requesting.some(allowed => isPermission(permission, allowed)))
      return ALLOW;
    const owned = ofOwners.find(({ permissions }) =>
      permissions.some(one => isPermission(permission, one)),
    );
    if (owned) {
      const { resourceType, rule } = owned;
      return {
        result: AuthorizeResult.CONDITIONAL,
        pluginId: 'infrastructure',
        resourceType,
        conditions: { rule, resourceType, params: { claims } },
      };
    }
    return DENY;
  }
}

import type { RootConfigService } from '@backstage/backend-plugin-api';

/** What a signed-in person is to the portal. */
export type Role = 'operator' | 'member' | 'viewer';

/** Entity refs of groups and people that have a role; everybody else who is signed in only looks. */
export interface RoleAssignments {
  operators: string[];
  members: string[];
}

/** Reads `infrastructure.roles`. */
export function readRoleAssignments(
  config: RootConfigService,
): RoleAssignments {
  const roles = config.getOptionalConfig('infrastructure.roles');
  return {
    operators: roles?.getOptionalStringArray('operators') ?? [],
    members: roles?.getOptionalStringArray('members') ?? [],
  };
}

/**
 * Role of somebody.
 *
 * @param ownershipRefs - the person and the groups that the person belongs to
 */
export function roleOf(
  ownershipRefs: string[],
  assignments: RoleAssignments,
): Role {
  const holds = (refs: string[]) =>
    refs.some(ref => ownershipRefs.includes(ref));
  if (holds(assignments.operators)) return 'operator';
  return holds(assignments.members) ? 'member' : 'viewer';
}

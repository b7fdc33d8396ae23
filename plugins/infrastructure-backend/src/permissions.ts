import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import {
  type HostSummary,
  RESOURCE_TYPE_HOST,
} from '@nante/plugin-infrastructure-common';
import { z } from 'zod';

/** A host as permission rules see it. */
export type HostResource = Pick<HostSummary, 'entityRef' | 'owner'>;

/** Filter of a list of hosts by owner. */
export interface HostFilter {
  owners: string[];
}

/** Reference of hosts as a resource of the permission system. */
export const hostPermissionResourceRef = createPermissionResourceRef<
  HostResource,
  HostFilter
>().with({ pluginId: 'infrastructure', resourceType: RESOURCE_TYPE_HOST });

/** Allows what belongs to one of the claims. A host without owner belongs to nobody. */
export const isHostOwner = createPermissionRule({
  name: 'IS_HOST_OWNER',
  description: 'Allow hosts that belong to one of the given people or groups',
  resourceRef: hostPermissionResourceRef,
  paramsSchema: z.object({
    claims: z
      .array(z.string())
      .describe('Entity refs of the person and of the groups of the person'),
  }),
  apply: (host: HostResource, { claims }: { claims: string[] }) =>
    host.owner !== undefined && claims.includes(host.owner),
  toQuery: ({ claims }: { claims: string[] }) => ({ owners: claims }),
});

const conditionExports = createConditionExports({
  resourceRef: hostPermissionResourceRef,
  rules: { isHostOwner },
});

/** Conditions for policies. */
export const hostConditions = conditionExports.conditions;

/** Decision with conditions on hosts, for policies. */
export const createHostConditionalDecision =
  conditionExports.createConditionalDecision;

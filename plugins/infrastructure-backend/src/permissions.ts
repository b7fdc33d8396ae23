import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import {
  type HostSummary,
  RESOURCE_TYPE_HOST,
  RESOURCE_TYPE_PROJECT,
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

/** A project of Octopus as permission rules see it. */
export interface ProjectResource {
  /** `<connection>/<project id>` */
  ref: string;
  /** Owner of its component, an entity ref. */
  owner?: string;
}

/** Reference of projects as a resource of the permission system. */
export const projectPermissionResourceRef = createPermissionResourceRef<
  ProjectResource,
  HostFilter
>().with({ pluginId: 'infrastructure', resourceType: RESOURCE_TYPE_PROJECT });

/** Allows projects whose component belongs to one of the claims. A project without component belongs to nobody. */
export const isProjectOwner = createPermissionRule({
  name: 'IS_PROJECT_OWNER',
  description:
    'Allow projects whose component belongs to one of the given people or groups',
  resourceRef: projectPermissionResourceRef,
  paramsSchema: z.object({
    claims: z
      .array(z.string())
      .describe('Entity refs of the person and of the groups of the person'),
  }),
  apply: (project: ProjectResource, { claims }: { claims: string[] }) =>
    project.owner !== undefined && claims.includes(project.owner),
  toQuery: ({ claims }: { claims: string[] }) => ({ owners: claims }),
});

const projectConditionExports = createConditionExports({
  resourceRef: projectPermissionResourceRef,
  rules: { isProjectOwner },
});

/** Conditions on projects, for policies. */
export const projectConditions = projectConditionExports.conditions;

/** Decision with conditions on projects, for policies. */
export const createProjectConditionalDecision =
  projectConditionExports.createConditionalDecision;

import { createPermission } from '@backstage/plugin-permission-common';

/** Resource type of hosts; the resource ref is the entity ref of the host. */
export const RESOURCE_TYPE_HOST = 'infrastructure-host';

/** See hosts, their live figures and the connections' health. */
export const hostReadPermission = createPermission({
  name: 'infrastructure.host.read',
  attributes: { action: 'read' },
});

/** Ask for a new host for a group of one's own. */
export const hostCreatePermission = createPermission({
  name: 'infrastructure.host.create',
  attributes: { action: 'create' },
});

/** Change a host: power, size, snapshots, configuration. Its owner, or an operator. */
export const hostUpdatePermission = createPermission({
  name: 'infrastructure.host.update',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_HOST,
});

/** Destroy a host: its owner, or an operator. */
export const hostDeletePermission = createPermission({
  name: 'infrastructure.host.delete',
  attributes: { action: 'delete' },
  resourceType: RESOURCE_TYPE_HOST,
});

/** Ask for what is restricted: production, large sizes, hosts of other groups. */
export const operatePermission = createPermission({
  name: 'infrastructure.operate',
  attributes: { action: 'update' },
});

/** See runs with their plan and log. */
export const runReadPermission = createPermission({
  name: 'infrastructure.run.read',
  attributes: { action: 'read' },
});

/** Cancel a run: who started it, or an operator. */
export const runCancelPermission = createPermission({
  name: 'infrastructure.run.cancel',
  attributes: { action: 'update' },
});

/** Resource type of projects; the resource ref is `<connection>/<project id>`. */
export const RESOURCE_TYPE_PROJECT = 'infrastructure-project';

/** See projects, releases, deployments and targets. */
export const deploymentReadPermission = createPermission({
  name: 'infrastructure.deployment.read',
  attributes: { action: 'read' },
});

/** Deploy, promote, roll back, cancel and answer interventions: the owner of the project's component, or an operator. */
export const deploymentCreatePermission = createPermission({
  name: 'infrastructure.deployment.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_PROJECT,
});

/** Make projects and releases for a component of one's own. */
export const releaseCreatePermission = createPermission({
  name: 'infrastructure.release.create',
  attributes: { action: 'create' },
});

/** See artifacts and what uses them. */
export const artifactReadPermission = createPermission({
  name: 'infrastructure.artifact.read',
  attributes: { action: 'read' },
});

/** Publish an artifact for a component of one's own. */
export const artifactCreatePermission = createPermission({
  name: 'infrastructure.artifact.create',
  attributes: { action: 'create' },
});

/** Remove an artifact: operators. */
export const artifactDeletePermission = createPermission({
  name: 'infrastructure.artifact.delete',
  attributes: { action: 'delete' },
});

/** See pipelines: runs of workflows, their jobs and logs, and which version of our workflows a repository calls. */
export const pipelineReadPermission = createPermission({
  name: 'infrastructure.pipeline.read',
  attributes: { action: 'read' },
});

/** Start, repeat and cancel workflows of a component of one's own. */
export const pipelineRunPermission = createPermission({
  name: 'infrastructure.pipeline.run',
  attributes: { action: 'update' },
});

/** Make the repository of a new component of one's own, and propose changes to it. */
export const repositoryCreatePermission = createPermission({
  name: 'infrastructure.repository.create',
  attributes: { action: 'create' },
});

/** All permissions, for the registry and for the policy's tests. */
export const infrastructurePermissions = [
  hostReadPermission,
  hostCreatePermission,
  hostUpdatePermission,
  hostDeletePermission,
  operatePermission,
  runReadPermission,
  runCancelPermission,
  deploymentReadPermission,
  deploymentCreatePermission,
  releaseCreatePermission,
  artifactReadPermission,
  artifactCreatePermission,
  artifactDeletePermission,
  pipelineReadPermission,
  pipelineRunPermission,
  repositoryCreatePermission,
];

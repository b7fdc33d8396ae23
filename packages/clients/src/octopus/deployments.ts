import { z } from 'zod';
import { flag, pageOf, text, texts, time } from './reading';
import { idIn, pageSize, type OctopusSpace } from './space';
import type { OctopusApi, OctopusDeployment, Page } from './types';
import { byVendor } from './vendorClient';

const deploymentSchema = z
  .object({
    Id: z.string(),
    ProjectId: text,
    EnvironmentId: text,
    ReleaseId: text,
    ChannelId: text,
    TaskId: text,
    Created: time,
    DeployedBy: text,
    Comments: text,
    DeployedToMachineIds: texts,
    UseGuidedFailure: flag,
  })
  .transform((deployment): OctopusDeployment => ({
    id: deployment.Id,
    projectId: deployment.ProjectId,
    environmentId: deployment.EnvironmentId,
    releaseId: deployment.ReleaseId,
    channelId: deployment.ChannelId,
    taskId: deployment.TaskId,
    createdAt: deployment.Created,
    deployedBy: deployment.DeployedBy,
    comments: deployment.Comments,
    machineIds: deployment.DeployedToMachineIds,
    usesGuidedFailure: deployment.UseGuidedFailure,
  }));

/** Deployments of releases. */
export function deploymentCalls(
  space: OctopusSpace,
): Pick<OctopusApi, 'deployment' | 'deployments' | 'createDeployment'> {
  const { connection } = space;
  return {
    async deployment(id, options) {
      const deployment = idIn(id, 'deployment');
      const { id: spaceId } = await space.find(options);
      const found = await byVendor(connection, spaceId, {
        what: `read the deployment ${id}`,
        options,
        ask: ({ DeploymentRepository }, client, name) =>
          new DeploymentRepository(client, name).get(deployment),
      });
      return connection.understand(deploymentSchema, 'deployment', found);
    },

    async deployments(query, options) {
      const { projectId, environmentId, states = [] } = query;
      const { skip = 0, take = 30 } = query;
      const { id: spaceId } = await space.find(options);
      const ask = async (
        page: { skip: number; take: number },
        taskState?: string,
      ): Promise<Page<OctopusDeployment>> =>
        connection.understand(
          pageOf(deploymentSchema),
          'list of deployments',
          await byVendor(connection, spaceId, {
            what: 'list deployments',
            options,
            ask: ({ DeploymentRepository }, client, name) =>
              new DeploymentRepository(client, name).list({
                ...page,
                ...(projectId && { projects: [projectId] }),
                ...(environmentId && { environments: [environmentId] }),
                ...(taskState && { taskState: taskState as never }),
              }),
          }),
        );
      const wanted = { skip, take: Math.min(take, pageSize) };
      if (states.length < 2) return ask(wanted, states[0]);
      // Octopus takes one state at a time.
      const upTo = { skip: 0, take: Math.min(skip + take, pageSize) };
      const pages = await Promise.all(states.map(state => ask(upTo, state)));
      return {
        items: pages
          .flatMap(({ items }) => items)
          .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
          .slice(skip, skip + wanted.take),
        total: pages.reduce((sum, { total }) => sum + total, 0),
      };
    },

    /*
     * Not by the library: its command has no field for a comment, and by a mark in the comment we find a deployment again whose
     * answer we never got.
     */
    async createDeployment(wanted, options) {
      const { project, release, environment, machineIds } = wanted;
      const { id: SpaceId } = await space.find(options);
      const made = await space.read(
        deploymentSchema,
        'deployment',
        {
          method: 'POST',
          path: '/deployments',
          json: {
            SpaceId,
            ProjectId: project.id,
            ReleaseId: idIn(release.id, 'release'),
            EnvironmentId: environment.id,
            ForcePackageRedeployment: wanted.force,
            ...(machineIds && { SpecificMachineIds: machineIds }),
            ...(wanted.comment && { Comments: wanted.comment }),
          },
          what: `deploy ${project.name} ${release.version} to ${environment.name}`,
        },
        options,
      );
      return { deploymentId: made.id, taskId: made.taskId };
    },
  };
}

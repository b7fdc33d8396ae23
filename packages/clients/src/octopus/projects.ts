import { NanteError } from '@nante/model';
import { z } from 'zod';
import { flag, listOf, pageOf, text } from './reading';
import { idIn, pageSize, wholeName, type OctopusSpace } from './space';
import type { OctopusApi, OctopusProcess, OctopusProject } from './types';
import { byVendor } from './vendorClient';

export const namedSchema = z
  .object({ Id: z.string(), Name: z.string() })
  .transform(({ Id: id, Name: name }) => ({ id, name }));

const projectSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Slug: text,
    ProjectGroupId: text,
    LifecycleId: text,
    DeploymentProcessId: text,
    IsDisabled: flag,
    Description: text,
  })
  .transform((project): OctopusProject => ({
    id: project.Id,
    name: project.Name,
    slug: project.Slug,
    groupId: project.ProjectGroupId,
    lifecycleId: project.LifecycleId,
    processId: project.DeploymentProcessId,
    isDisabled: project.IsDisabled,
    description: project.Description,
  }));

const channelSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    ProjectId: text,
    LifecycleId: text,
    IsDefault: flag,
  })
  .transform(channel => ({
    id: channel.Id,
    name: channel.Name,
    projectId: channel.ProjectId,
    lifecycleId: channel.LifecycleId,
    isDefault: channel.IsDefault,
  }));

const actionSchema = z.object({
  Name: z.string(),
  ActionType: text,
  IsDisabled: flag,
  Packages: listOf(z.object({ Name: text, PackageId: text, FeedId: text })),
});
const stepSchema = z.object({
  Name: z.string(),
  Properties: z.record(z.string(), z.unknown()).nullish(),
  Actions: listOf(actionSchema),
});
const processSchema = z
  .object({
    Id: z.string(),
    ProjectId: text,
    Version: z.number(),
    Steps: listOf(stepSchema),
  })
  .transform((process): OctopusProcess => ({
    id: process.Id,
    projectId: process.ProjectId,
    version: process.Version,
    packages: process.Steps.flatMap(step =>
      step.Actions.filter(action => !action.IsDisabled).flatMap(action =>
        action.Packages.map(used => ({
          step: step.Name,
          action: action.Name,
          reference: used.Name,
          packageId: used.PackageId,
          feedId: used.FeedId,
        })),
      ),
    ),
    steps: process.Steps.map(step => ({
      name: step.Name,
      roles: rolesOf(step.Properties?.['Octopus.Action.TargetRoles']),
      actionTypes: step.Actions.map(action => action.ActionType),
    })),
  }));
/** What of a process is sent back as it is. */
const rawProcessSchema = z.object({
  Version: z.number(),
  LastSnapshotId: z.string().nullish(),
});

function rolesOf(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  return value.split(',').flatMap(role => role.trim() || []);
}

/** Projects with their groups, processes and channels; by the vendor's library where it has the call. */
export function projectCalls(
  space: OctopusSpace,
): Pick<
  OctopusApi,
  | 'projectGroups'
  | 'createProjectGroup'
  | 'projects'
  | 'findProject'
  | 'createProject'
  | 'process'
  | 'replaceProcess'
  | 'channels'
> {
  const { connection } = space;
  return {
    async projectGroups(options) {
      const { id } = await space.find(options);
      return space.all(namedSchema, 'list of project groups', page =>
        byVendor(connection, id, {
          what: 'list project groups',
          options,
          ask: ({ ProjectGroupRepository }, client, name) =>
            new ProjectGroupRepository(client, name).list(page),
        }),
      );
    },

    async createProjectGroup(name, options) {
      const { id } = await space.find(options);
      const made = await byVendor(connection, id, {
        what: `make the project group "${name}"`,
        options,
        ask: ({ ProjectGroupRepository }, client, spaceName) =>
          new ProjectGroupRepository(client, spaceName).create({
            Name: name,
          } as never),
      });
      return connection.understand(namedSchema, 'project group', made);
    },

    async projects(options) {
      const { id } = await space.find(options);
      return space.all(projectSchema, 'list of projects', page =>
        byVendor(connection, id, {
          what: 'list projects',
          options,
          ask: ({ ProjectRepository }, client, name) =>
            new ProjectRepository(client, name).list(page),
        }),
      );
    },

    async findProject(name, options) {
      const what = `find the project "${name}"`;
      const { id } = await space.find(options);
      const page = await byVendor(connection, id, {
        what,
        options,
        ask: ({ ProjectRepository }, client, spaceName) =>
          new ProjectRepository(client, spaceName).list({
            partialName: name,
            take: pageSize,
          }),
      });
      const { items } = connection.understand(
        pageOf(projectSchema),
        'list of projects',
        page,
      );
      const byName = wholeName(items, name);
      // An id or slug is never anything else, so nothing but these can stand in a path.
      if (byName || !/^[A-Za-z0-9][A-Za-z0-9_-]*$/u.test(name)) return byName;
      try {
        const found = await space.read(
          projectSchema,
          'project',
          { method: 'GET', path: `/projects/${name}`, what },
          options,
        );
        // Octopus does not look at the case of a slug.
        return found.id === name || found.slug === name ? found : undefined;
      } catch (error) {
        if (NanteError.is(error) && error.code === 'not-found')
          return undefined;
        throw error;
      }
    },

    async createProject(project, options) {
      const { id } = await space.find(options);
      const made = await byVendor(connection, id, {
        what: `make the project "${project.name}"`,
        options,
        ask: ({ ProjectRepository }, client, spaceName) =>
          new ProjectRepository(client, spaceName).create({
            Name: project.name,
            Description: project.description,
            ProjectGroupId: project.groupId,
            LifecycleId: project.lifecycleId,
          }),
      });
      return connection.understand(projectSchema, 'project', made);
    },

    async process(project, options) {
      const { id } = await space.find(options);
      const found = await byVendor(connection, id, {
        what: `read the process of ${project.name}`,
        options,
        ask: ({ DeploymentProcessRepository }, client, spaceName) =>
          new DeploymentProcessRepository(client, spaceName).get({
            Id: project.id,
          } as never),
      });
      return connection.understand(processSchema, 'process', found);
    },

    async replaceProcess(project, steps, options) {
      const { id } = await space.find(options);
      const saved = await byVendor(connection, id, {
        what: `change the process of ${project.name}`,
        options,
        async ask({ DeploymentProcessRepository }, client, spaceName) {
          const processes = new DeploymentProcessRepository(client, spaceName);
          const named = { Id: project.id } as never;
          const current = connection.understand(
            rawProcessSchema,
            'process',
            await processes.get(named),
          );
          // With the version that was read: whoever changed it meanwhile is not overwritten.
          const { Version, LastSnapshotId } = current;
          const wanted = {
            ...{ ProjectId: project.id, Version, LastSnapshotId },
            Steps: steps,
          };
          return processes.update(named, wanted as never);
        },
      });
      return connection.understand(processSchema, 'process', saved);
    },

    // The library knows no channels.
    channels: (projectId, options) =>
      space.all(channelSchema, 'list of channels', page =>
        space.send(
          {
            method: 'GET',
            path: `/projects/${idIn(projectId, 'project')}/channels`,
            query: page,
            what: 'list channels',
          },
          options,
        ),
      ),
  };
}

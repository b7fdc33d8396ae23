import { taskStateSchema } from '@nante/model';
import { z } from 'zod';
import {
  flag,
  listOf,
  optionalText,
  optionalTime,
  present,
  text,
  texts,
  time,
} from './reading';
import { idIn, type OctopusSpace } from './space';
import type { DashboardItem, OctopusApi, OctopusDashboard } from './types';

/** A state that we do not know is not yet an end. */
export const stateSchema = taskStateSchema.catch('Executing');

/** Releases of a project's progression that are asked for. */
const releaseHistory = 50;

const itemSchema = z
  .object({
    ProjectId: text,
    EnvironmentId: text,
    ReleaseId: text,
    ReleaseVersion: text,
    DeploymentId: text,
    TaskId: text,
    State: stateSchema,
    QueueTime: optionalTime,
    Created: time,
    StartTime: optionalTime,
    CompletedTime: optionalTime,
    HasWarningsOrErrors: flag,
    HasPendingInterruptions: flag,
    IsBlocked: flag,
    IsPrevious: flag,
    TenantId: optionalText,
  })
  .transform(item => ({
    isPrevious: item.IsPrevious,
    read: present<DashboardItem>({
      projectId: item.ProjectId,
      environmentId: item.EnvironmentId,
      releaseId: item.ReleaseId,
      releaseVersion: item.ReleaseVersion,
      deploymentId: item.DeploymentId,
      taskId: item.TaskId,
      state: item.State,
      queuedAt: item.QueueTime ?? item.Created,
      startedAt: item.StartTime,
      completedAt: item.CompletedTime,
      hasWarningsOrErrors: item.HasWarningsOrErrors,
      hasPendingInterruptions: item.HasPendingInterruptions,
      isBlocked: item.IsBlocked,
    }),
  }));

const namedSchema = z
  .object({ Id: z.string(), Name: text })
  .transform(({ Id: id, Name: name }) => ({ id, name }));

const dashboardSchema = z
  .object({
    ProjectGroups: listOf(namedSchema),
    Projects: listOf(
      z.object({
        Id: z.string(),
        Name: text,
        Slug: text,
        ProjectGroupId: text,
        IsDisabled: flag,
        EnvironmentIds: texts,
      }),
    ),
    Environments: listOf(namedSchema),
    Items: listOf(itemSchema),
    /** Of servers that do not mark them among the items. */
    PreviousItems: listOf(itemSchema),
  })
  .transform((dashboard): OctopusDashboard => ({
    groups: dashboard.ProjectGroups,
    projects: dashboard.Projects.map(project => ({
      id: project.Id,
      name: project.Name,
      slug: project.Slug,
      groupId: project.ProjectGroupId,
      isDisabled: project.IsDisabled,
    })),
    environments: dashboard.Environments,
    items: dashboard.Items.flatMap(({ isPrevious, read }) =>
      isPrevious ? [] : [read],
    ),
    previousItems: [
      ...dashboard.Items.filter(({ isPrevious }) => isPrevious),
      ...dashboard.PreviousItems,
    ].map(({ read }) => read),
    environmentsOf: Object.fromEntries(
      dashboard.Projects.flatMap(({ Id, EnvironmentIds }) =>
        EnvironmentIds.length > 0 ? [[Id, EnvironmentIds]] : [],
      ),
    ),
  }));

const progressionSchema = z.object({
  Releases: listOf(
    z.object({
      Release: z.object({
        Id: z.string(),
        Version: text,
        ChannelId: text,
        Assembled: time,
      }),
      /** By environment. */
      Deployments: z.record(z.string(), listOf(itemSchema)).nullish(),
      NextDeployments: texts,
      HasUnresolvedDefect: flag,
    }),
  ),
});

/** What is where, in one request. The vendor's library has none of these calls. */
export function dashboardCalls(
  space: OctopusSpace,
): Pick<OctopusApi, 'dashboard' | 'progression'> {
  return {
    dashboard: options =>
      space.read(
        dashboardSchema,
        'dashboard',
        {
          method: 'GET',
          path: '/dashboard',
          // Otherwise it shows what the key's user has chosen to see.
          query: { showAll: true },
          what: 'show the dashboard',
        },
        options,
      ),

    async progression(projectId, options) {
      const id = idIn(projectId, 'project');
      const { Releases } = await space.read(
        progressionSchema,
        'progression',
        {
          method: 'GET',
          path: `/projects/${id}/progression`,
          query: { releaseHistoryCount: releaseHistory },
          what: `show how far the releases of ${id} are`,
        },
        options,
      );
      return {
        releases: Releases.map(item => ({
          release: {
            id: item.Release.Id,
            version: item.Release.Version,
            channelId: item.Release.ChannelId,
            assembledAt: item.Release.Assembled,
          },
          deployments: Object.values(item.Deployments ?? {})
            .flat()
            .map(({ read }) => read),
          nextEnvironments: item.NextDeployments,
          hasUnresolvedDefect: item.HasUnresolvedDefect,
        })),
      };
    },
  };
}

import {
  dashboardItem,
  groupBy,
  newestRuns,
  projectEnvironments,
  type Run,
} from '../dashboard';
import type { Project } from '../documents';
import { findIn, inSpace } from '../find';
import type { Call, Route } from '../router';
import { channelAnswer } from '../answers';
import { newestFirst } from '../collection';
import { lifecycleOf, phasesOf, progressOf } from '../progress';
import { releaseAnswer } from '../releases';

/** Projects that the dashboard shows when nobody asks for all. */
const projectLimit = 200;
/** Releases of a progression, unless told. */
const defaultReleases = 30;

/** What is where: the dashboard of a space, and the releases of a project. */
export const dashboardRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/dashboard',
    permission: 'DeploymentView',
    answer: call => {
      const one = call.query.text('projectId');
      const all = call.query.flag('showAll') ?? false;
      const projects = inSpace(call, 'projects')
        .filter(({ Id }) => !one || Id === one)
        .sort((left, right) => left.Name.localeCompare(right.Name, 'en'));
      const shown = one || all ? projects : projects.slice(0, projectLimit);
      return dashboard(call, shown, {
        isFiltered: shown.length < projects.length || Boolean(one),
        release: call.query.text('releaseId'),
        includePrevious: true,
      });
    },
  },
  {
    call: 'GET /{spaceId}/dashboard/dynamic',
    permission: 'DeploymentView',
    answer: call => {
      const wanted = call.query.list('projects');
      const projects = inSpace(call, 'projects').filter(
        ({ Id }) => !wanted || wanted.includes(Id),
      );
      return dashboard(call, projects, {
        isFiltered: true,
        environments: call.query.list('environments'),
        includePrevious: call.query.flag('includePrevious') ?? false,
      });
    },
  },
  {
    call: 'GET /{spaceId}/projects/{projectId}/progression',
    permission: 'ReleaseView',
    answer: progression,
  },
  {
    call: 'GET /{spaceId}/progression/{projectId}',
    permission: 'ReleaseView',
    answer: progression,
  },
];

function dashboard(
  call: Call,
  found: Project[],
  options: {
    isFiltered: boolean;
    release?: string;
    environments?: string[];
    includePrevious: boolean;
  },
) {
  const { space, server } = call;
  const projects = server.faults.isEmpty('dashboard') ? [] : found;
  const ids = new Set(projects.map(({ Id }) => Id));
  const environments = inSpace(call, 'environments')
    .filter(
      ({ Id }) => !options.environments || options.environments.includes(Id),
    )
    .sort((left, right) => left.SortOrder - right.SortOrder);
  const shown = new Set(environments.map(({ Id }) => Id));
  const runs = newestRuns(
    call,
    deployment =>
      ids.has(deployment.ProjectId) &&
      shown.has(deployment.EnvironmentId) &&
      (!options.release || deployment.ReleaseId === options.release),
  );
  const base = `/api/${space.Id}`;
  const groups = new Set(projects.map(project => project.ProjectGroupId));
  return {
    Id: null,
    ProjectLimit: projectLimit,
    IsFiltered: options.isFiltered,
    ProjectGroups: inSpace(call, 'projectgroups')
      .filter(({ Id }) => groups.has(Id))
      .map(({ Id, Name }) => ({
        Id,
        Name,
        EnvironmentIds: environments.map(environment => environment.Id),
        Links: { Self: `${base}/projectgroups/${Id}` },
      })),
    Projects: projects.map(project => ({
      Id: project.Id,
      Name: project.Name,
      Slug: project.Slug,
      ProjectGroupId: project.ProjectGroupId,
      IsDisabled: project.IsDisabled,
      TenantedDeploymentMode: 'Untenanted',
      CanPerformUntenantedDeployment: true,
      EnvironmentIds: projectEnvironments(call, project).filter(id =>
        shown.has(id),
      ),
      Links: { Self: `${base}/projects/${project.Id}` },
    })),
    Environments: environments.map(({ Id, Name }) => ({
      Id,
      Name,
      Links: { Self: `${base}/environments/${Id}` },
    })),
    Tenants: [],
    Items: runs.flatMap(({ current, previous }) => [
      dashboardItem(call, current, { isCurrent: true }),
      ...(previous && options.includePrevious
        ? [dashboardItem(call, previous, { isCurrent: false })]
        : []),
    ]),
    Links: { Self: `${base}/dashboard` },
  };
}

/** The newest releases of a project and where each has been. */
function progression(call: Call) {
  const { server, query, params } = call;
  const { state } = server;
  const project = findIn(call, 'projects', params.projectId);
  const count = query.number('releaseHistoryCount') ?? defaultReleases;
  const channels = inSpace(call, 'channels').filter(
    ({ ProjectId }) => ProjectId === project.Id,
  );
  const releases = inSpace(call, 'releases')
    .filter(({ ProjectId }) => ProjectId === project.Id)
    .sort(newestFirst)
    .slice(0, count);
  const deployments = groupBy(
    inSpace(call, 'deployments').filter(
      ({ ProjectId }) => ProjectId === project.Id,
    ),
    ({ ReleaseId }) => ReleaseId,
  );
  const current = new Set(
    newestRuns(call, ({ ProjectId }) => ProjectId === project.Id).map(
      run => run.current.deployment.Id,
    ),
  );
  const names = new Map(
    inSpace(call, 'environments').map(({ Id, Name }) => [Id, Name]),
  );
  const references = (ids: string[]) =>
    ids.map(Id => ({ Id, Name: names.get(Id) ?? '' }));
  const environmentsOf = (channel?: (typeof channels)[number]) =>
    phasesOf(state, lifecycleOf(state, project, channel)).flatMap(
      phase => phase.environments,
    );
  return {
    Id: null,
    Environments: references(projectEnvironments(call, project)),
    ChannelEnvironments: Object.fromEntries(
      channels.map(channel => [
        channel.Id,
        references(environmentsOf(channel)),
      ]),
    ),
    LifecycleEnvironments: {
      [project.LifecycleId]: references(environmentsOf()),
    },
    Releases: releases.map(release => {
      const channel = state.get('channels', release.ChannelId);
      const runs = deployments.get(release.Id) ?? [];
      const lifecycle = lifecycleOf(state, project, channel);
      const { next, isBlocked } = progressOf(state, release, lifecycle, runs);
      const items = runs.flatMap((deployment): Run[] => {
        const task = state.get('tasks', deployment.TaskId);
        return task ? [{ deployment, task }] : [];
      });
      return {
        Release: releaseAnswer(server, release),
        Channel: channel ? channelAnswer(channel) : null,
        Deployments: Object.fromEntries(
          [
            ...groupBy(items.reverse(), run => run.deployment.EnvironmentId),
          ].map(([environment, [newest]]) => [
            environment,
            [
              dashboardItem(call, newest, {
                isCurrent: current.has(newest.deployment.Id),
              }),
            ],
          ]),
        ),
        NextDeployments: next,
        HasUnresolvedDefect: isBlocked,
        ReleaseRetentionPeriod: null,
        TentacleRetentionPeriod: null,
      };
    }),
    Links: { Self: call.path },
  };
}

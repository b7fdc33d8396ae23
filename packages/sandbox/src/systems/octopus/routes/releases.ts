import { z } from 'zod';
import { newestFirst } from '../collection';
import type { Release } from '../documents';
import { invalid, notFound } from '../errors';
import { findIn, inSpace, sameName } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { lifecycleOf, progressOf } from '../progress';
import { deploymentAnswer, taskAnswer } from '../answers';
import {
  addRelease,
  checkVersion,
  choosePackages,
  releaseAnswer,
} from '../releases';
import type { Call, Route } from '../router';

const selectedSchema = z.array(
  z.object({
    ActionName: z.string().min(1),
    PackageReferenceName: z.string().default(''),
    StepName: z.string().optional(),
    Version: z.string().min(1),
  }),
);
const createSchema = z.object({
  ProjectId: z.string().min(1),
  ChannelId: z.string().optional(),
  Version: z.string().min(1, 'A version is needed.'),
  ReleaseNotes: z.string().optional(),
  IgnoreChannelRules: z.boolean().default(false),
  SelectedPackages: selectedSchema.default([]),
});
const changeSchema = z.object({
  Version: z.string().min(1),
  ReleaseNotes: z.string().optional(),
  SelectedPackages: selectedSchema.optional(),
});

/** Releases, their defects, and how far they have come. */
export const releaseRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/releases',
    permission: 'ReleaseView',
    answer: call => list(call, () => true),
  },
  {
    call: 'GET /{spaceId}/releases/{id}',
    permission: 'ReleaseView',
    answer: call =>
      releaseAnswer(call.server, findIn(call, 'releases', call.params.id)),
  },
  {
    call: 'GET /{spaceId}/projects/{projectId}/releases',
    permission: 'ReleaseView',
    answer: call => {
      const { Id } = findIn(call, 'projects', call.params.projectId);
      const part = call.query.text('searchByVersion')?.toLowerCase();
      return list(
        call,
        ({ ProjectId, Version }) =>
          ProjectId === Id && (!part || Version.toLowerCase().includes(part)),
      );
    },
  },
  {
    call: 'GET /{spaceId}/projects/{projectId}/releases/{version}',
    permission: 'ReleaseView',
    answer: call => {
      const { projectId, version } = call.params;
      const { Id } = findIn(call, 'projects', projectId);
      const release = inSpace(call, 'releases').find(
        ({ ProjectId, Version }) =>
          ProjectId === Id && sameName(Version, version),
      );
      if (!release) throw notFound(version);
      return releaseAnswer(call.server, release);
    },
  },
  {
    call: 'GET /{spaceId}/channels/{id}/releases',
    permission: 'ReleaseView',
    answer: call => {
      const { Id } = findIn(call, 'channels', call.params.id);
      return list(call, ({ ChannelId }) => ChannelId === Id);
    },
  },
  {
    call: 'POST /{spaceId}/releases',
    permission: 'ReleaseCreate',
    status: 201,
    answer: create,
  },
  {
    call: 'PUT /{spaceId}/releases/{id}',
    permission: 'ReleaseEdit',
    answer: call => {
      const release = findIn(call, 'releases', call.params.id);
      const change = parseBody(call.body, changeSchema);
      checkVersion(call, release.ProjectId, change.Version, release.Id);
      return releaseAnswer(
        call.server,
        call.server.state.update('releases', release.Id, {
          ...release,
          ...change,
        }),
      );
    },
  },
  {
    call: 'DELETE /{spaceId}/releases/{id}',
    permission: 'ReleaseDelete',
    answer: call => {
      const { Id } = findIn(call, 'releases', call.params.id);
      call.server.state.remove('releases', Id);
    },
  },
  {
    call: 'GET /{spaceId}/releases/{releaseId}/deployments',
    permission: 'DeploymentView',
    answer: call => {
      const { Id } = findIn(call, 'releases', call.params.releaseId);
      const deployments = inSpace(call, 'deployments')
        .filter(({ ReleaseId }) => ReleaseId === Id)
        .sort(newestFirst);
      return page(call, 'Deployment', deployments, deploymentAnswer);
    },
  },
  {
    call: 'GET /{spaceId}/releases/{id}/deployments/template',
    permission: 'ReleaseView',
    answer: deploymentTemplate,
  },
  {
    call: 'GET /{spaceId}/releases/{releaseId}/progression',
    permission: 'ReleaseView',
    answer: progression,
  },
  {
    call: 'GET /{spaceId}/releases/{releaseId}/defects',
    permission: 'ReleaseView',
    answer: call => page(call, 'Defect', defectsOf(call), defectAnswer),
  },
  {
    call: 'POST /{spaceId}/releases/{releaseId}/defects',
    permission: 'DefectReport',
    answer: call => {
      const { Id } = findIn(call, 'releases', call.params.releaseId);
      const { Description } = parseBody(
        call.body,
        z.object({ Description: z.string().min(1) }),
      );
      return defectAnswer(
        call.server.state.insert('defects', 'Defects', {
          SpaceId: call.space.Id,
          ReleaseId: Id,
          Description,
          Status: 'Unresolved',
        }),
      );
    },
  },
  {
    call: 'POST /{spaceId}/releases/{releaseId}/defects/resolve',
    permission: 'DefectResolve',
    answer: call => {
      const open = defectsOf(call).find(
        ({ Status }) => Status === 'Unresolved',
      );
      if (!open) throw invalid('The release has no unresolved defect.');
      return defectAnswer(
        call.server.state.update('defects', open.Id, { Status: 'Resolved' }),
      );
    },
  },
];

function list(call: Call, wanted: (release: Release) => boolean) {
  const releases = inSpace(call, 'releases').filter(wanted).sort(newestFirst);
  return page(call, 'Release', releases, release =>
    releaseAnswer(call.server, release),
  );
}

async function create(call: Call) {
  const asked = parseBody(call.body, createSchema);
  const project = call.server.state.get('projects', asked.ProjectId);
  if (project?.SpaceId !== call.space.Id)
    throw invalid(`There is no project ${asked.ProjectId}.`);
  checkVersion(call, project.Id, asked.Version);
  const chosen = new Map(
    asked.SelectedPackages.map(
      ({ ActionName, PackageReferenceName, Version }) => [
        `${ActionName}:${PackageReferenceName}`.toLowerCase(),
        Version,
      ],
    ),
  );
  // Unlike the executions API, this call leaves nothing to the server.
  const packages = await choosePackages(
    call,
    project,
    ({ action, reference }) =>
      chosen.get(`${action.Name}:${reference.Name}`.toLowerCase()),
    { asksFeeds: false },
  );
  const release = addRelease(call, {
    project,
    version: asked.Version,
    channelId: asked.ChannelId,
    notes: asked.ReleaseNotes,
    ignoreChannelRules: asked.IgnoreChannelRules,
    packages,
  });
  return releaseAnswer(call.server, release);
}

function progressOfCall(call: Call, id: string) {
  const { state } = call.server;
  const release = findIn(call, 'releases', id);
  const project = findIn(call, 'projects', release.ProjectId);
  const channel = state.get('channels', release.ChannelId);
  return progressOf(state, release, lifecycleOf(state, project, channel));
}

function progression(call: Call) {
  const { phases, next, isBlocked } = progressOfCall(
    call,
    call.params.releaseId,
  );
  return {
    Id: null,
    Phases: phases.map(({ phase, deployments, progress }) => ({
      ...phase,
      IsPriorityPhase: false,
      Progress: progress,
      Blocked: isBlocked,
      Deployments: deployments.map(({ deployment, task }) => ({
        Deployment: deploymentAnswer(deployment),
        Task: taskAnswer(task),
      })),
    })),
    NextDeployments: next,
    NextDeploymentsMinimumRequired: 1,
    Links: { Self: call.path },
  };
}

function deploymentTemplate(call: Call) {
  const { allowed } = progressOfCall(call, call.params.id);
  const { state } = call.server;
  return {
    Id: null,
    PromoteTo: allowed.map(id => ({
      Id: id,
      Name: state.get('environments', id)?.Name ?? null,
      Links: {
        Preview: `/api/${call.space.Id}/releases/${call.params.id}/deployments/preview/${id}`,
      },
    })),
    TenantPromotions: [],
    DeploymentNotes: null,
    IsDeploymentProcessModified: false,
    IsVariableSetModified: false,
    IsLibraryVariableSetModified: false,
    Links: { Self: call.path },
  };
}

function defectsOf(call: Call) {
  const { Id } = findIn(call, 'releases', call.params.releaseId);
  return inSpace(call, 'defects').filter(({ ReleaseId }) => ReleaseId === Id);
}

function defectAnswer(defect: {
  Id: string;
  Description: string;
  Status: string;
}) {
  const { Id, Description, Status } = defect;
  return { Id, Description, Status, Links: {} };
}

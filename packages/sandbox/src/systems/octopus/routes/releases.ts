import { z } from 'zod';
import { newestFirst } from '../collection';
import type { Release } from '../documents';
import { invalid, notFound } from '../errors';
import { findIn, inSpace, sameName } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { deploymentAnswer } from '../answers';
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

import { z } from 'zod';
import { channelAnswer, processAnswer } from '../answers';
import { listingRoutes } from '../collection';
import { invalid, notFound, OctopusError } from '../errors';
import { byNames, findIn, freeSlug, inSpace, sameName } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { readSteps, releaseTemplate, stepsSchema } from '../processes';
import type { Call, Route } from '../router';

const channelSchema = z.object({
  ProjectId: z.string().min(1),
  Name: z.string().trim().min(1, 'A name is needed.').max(200),
  Description: z.string().default(''),
  LifecycleId: z.string().optional(),
  IsDefault: z.boolean().default(false),
  Rules: z
    .array(
      z.object({
        VersionRange: z.string().optional(),
        Tag: z.string().optional(),
        ActionPackages: z
          .array(
            z.object({
              DeploymentAction: z.string(),
              PackageReference: z.string().default(''),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});
const processSchema = z.object({
  Version: z.number().int(),
  Steps: stepsSchema,
});

/** Channels and deployment processes of projects. */
export const processRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/projects/{projectId}/channels',
    permission: 'ProjectView',
    answer: call => {
      const { Id } = findIn(call, 'projects', call.params.projectId);
      const channels = inSpace(call, 'channels')
        .filter(({ ProjectId }) => ProjectId === Id)
        .filter(byNames(call.query));
      return page(call, 'Channel', channels, channelAnswer);
    },
  },
  ...listingRoutes({
    collection: 'channels',
    path: 'channels',
    permission: 'ProjectView',
    itemType: 'Channel',
    answer: channelAnswer,
  }),
  {
    call: 'POST /{spaceId}/channels',
    permission: 'ProjectEdit',
    status: 201,
    answer: createChannel,
  },
  {
    call: 'GET /{spaceId}/deploymentprocesses/{id}',
    permission: 'ProcessView',
    answer: call =>
      processAnswer(findIn(call, 'deploymentprocesses', call.params.id)),
  },
  {
    call: 'PUT /{spaceId}/deploymentprocesses/{id}',
    permission: 'ProcessEdit',
    answer: call => replaceProcess(call, call.params.id),
  },
  {
    call: 'GET /{spaceId}/projects/{projectId}/deploymentprocesses',
    permission: 'ProcessView',
    answer: call => {
      const project = findIn(call, 'projects', call.params.projectId);
      return processAnswer(
        findIn(call, 'deploymentprocesses', project.DeploymentProcessId),
      );
    },
  },
  {
    call: 'PUT /{spaceId}/projects/{projectId}/deploymentprocesses',
    permission: 'ProcessEdit',
    answer: call =>
      replaceProcess(
        call,
        findIn(call, 'projects', call.params.projectId).DeploymentProcessId,
      ),
  },
  {
    call: 'GET /{spaceId}/deploymentprocesses/{deploymentProcessId}/template',
    permission: 'ProcessView',
    answer: call =>
      releaseTemplate(
        call,
        findIn(call, 'deploymentprocesses', call.params.deploymentProcessId),
      ),
  },
];

/** Rules of versions are kept and shown; nothing holds a release back that breaks them. */
function createChannel(call: Call) {
  const asked = parseBody(call.body, channelSchema);
  const { state } = call.server;
  const project = findIn(call, 'projects', asked.ProjectId);
  const others = inSpace(call, 'channels').filter(
    ({ ProjectId }) => ProjectId === project.Id,
  );
  if (others.some(({ Name }) => sameName(Name, asked.Name)))
    throw invalid(
      `A channel with the name '${asked.Name}' already exists. Choose another name.`,
    );
  if (asked.LifecycleId) findIn(call, 'lifecycles', asked.LifecycleId);
  return state.batch(() => {
    if (asked.IsDefault)
      for (const other of others)
        state.update('channels', other.Id, { IsDefault: false });
    return channelAnswer(
      state.insert('channels', 'Channels', {
        ...asked,
        ProjectId: project.Id,
        SpaceId: call.space.Id,
        Slug: freeSlug(state, 'channels', call.space.Id, asked.Name),
      }),
    );
  });
}

/** The version has to be the one that is kept: two who edit at once do not overwrite each other. */
function replaceProcess(call: Call, id: string) {
  const process = findIn(call, 'deploymentprocesses', id);
  const project = call.server.state.get('projects', process.ProjectId);
  // Snapshots are written once.
  if (project?.DeploymentProcessId !== process.Id) throw notFound(id);
  const { Version, Steps } = parseBody(call.body, processSchema);
  if (Version !== process.Version)
    throw new OctopusError(
      409,
      `The deployment process was changed in the meantime: it has version ${process.Version}, not ${Version}. Read it again.`,
    );
  return processAnswer(
    call.server.state.update('deploymentprocesses', process.Id, {
      Version: Version + 1,
      Steps: readSteps(call, Steps),
    }),
  );
}

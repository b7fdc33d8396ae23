import { z } from 'zod';
import { channelAnswer, processAnswer, projectAnswer } from '../answers';
import { listingRoutes } from '../collection';
import type { Project } from '../documents';
import { invalid, notFound, OctopusError } from '../errors';
import {
  byNames,
  demandFreeName,
  findIn,
  freeSlug,
  inSpace,
  sameName,
} from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { readSteps, releaseTemplate, stepsSchema } from '../processes';
import type { Call, Route } from '../router';

const projectSchema = z.object({
  Name: z.string().trim().min(1, 'A name is needed.').max(200),
  Description: z.string().default(''),
  ProjectGroupId: z.string().min(1),
  LifecycleId: z.string().min(1),
  IsDisabled: z.boolean().default(false),
  DefaultGuidedFailureMode: z
    .enum(['EnvironmentDefault', 'Off', 'On'])
    .default('EnvironmentDefault'),
});
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

/** Projects with their processes and channels. */
export const projectRoutes: Route[] = [
  ...listingRoutes({
    collection: 'projects',
    path: 'projects',
    permission: 'ProjectView',
    itemType: 'Project',
    answer: projectAnswer,
    filter: ({ server }) =>
      server.faults.isEmpty('projects') ? () => false : () => true,
  }).map(route => ({
    ...route,
    call: route.call.replace('{id}', '{projectId}'),
    answer: (call: Call) =>
      route.answer({
        ...call,
        params: { ...call.params, id: call.params.projectId },
      }),
  })),
  {
    call: 'POST /{spaceId}/projects',
    permission: 'ProjectCreate',
    status: 201,
    answer: createProject,
  },
  {
    call: 'PUT /{spaceId}/projects/{projectId}',
    permission: 'ProjectEdit',
    answer: call => {
      const { Id } = findIn(call, 'projects', call.params.projectId);
      const change = parseBody(call.body, projectSchema);
      demandReferences(call, change);
      demandFreeName(call, 'projects', 'A project', change.Name, Id);
      return projectAnswer(call.server.state.update('projects', Id, change));
    },
  },
  {
    call: 'DELETE /{spaceId}/projects/{projectId}',
    permission: 'ProjectDelete',
    answer: removeProject,
  },
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

function demandReferences(
  call: Call,
  {
    ProjectGroupId,
    LifecycleId,
  }: { ProjectGroupId: string; LifecycleId: string },
) {
  const { state } = call.server;
  const isHere = (document?: { SpaceId: string }) =>
    document?.SpaceId === call.space.Id;
  const errors = [
    isHere(state.get('projectgroups', ProjectGroupId))
      ? ''
      : `There is no project group ${ProjectGroupId}.`,
    isHere(state.get('lifecycles', LifecycleId))
      ? ''
      : `There is no lifecycle ${LifecycleId}.`,
  ].filter(Boolean);
  if (errors.length > 0) throw invalid(...errors);
}

function createProject(call: Call) {
  const asked = parseBody(call.body, projectSchema);
  demandReferences(call, asked);
  demandFreeName(call, 'projects', 'A project', asked.Name);
  const { server, space } = call;
  const project = addProject(call, asked);
  server.events.add('Created', `Project ${project.Name} was created`, {
    spaceId: space.Id,
    documents: [project.Id],
    by: call.by,
  });
  return projectAnswer(project);
}

function addProject(
  { server: { state }, space }: Call,
  asked: z.output<typeof projectSchema>,
): Project {
  return state.batch(() => {
    const Id = state.nextId('Projects');
    const project = state.insert('projects', 'Projects', {
      ...asked,
      Id,
      SpaceId: space.Id,
      Slug: freeSlug(state, 'projects', space.Id, asked.Name),
      DeploymentProcessId: `deploymentprocess-${Id}`,
      VariableSetId: `variableset-${Id}`,
    });
    state.insert('deploymentprocesses', 'deploymentprocess', {
      Id: project.DeploymentProcessId,
      SpaceId: space.Id,
      ProjectId: Id,
      Version: 0,
      Steps: [],
    });
    state.insert('channels', 'Channels', {
      SpaceId: space.Id,
      ProjectId: Id,
      Name: 'Default',
      Slug: 'default',
      Description: '',
      IsDefault: true,
      Rules: [],
    });
    return project;
  });
}

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

/** A project goes with everything that hangs on it. */
function removeProject(call: Call) {
  const { state, events } = call.server;
  const { Id, Name, DeploymentProcessId } = findIn(
    call,
    'projects',
    call.params.projectId,
  );
  state.batch(() => {
    for (const collection of ['channels', 'releases', 'deployments'] as const)
      for (const item of state.all(collection))
        if (item.ProjectId === Id) state.remove(collection, item.Id);
    state.remove('deploymentprocesses', DeploymentProcessId);
    state.remove('projects', Id);
  });
  events.add('Deleted', `Project ${Name} was deleted`, {
    spaceId: call.space.Id,
    documents: [Id],
    by: call.by,
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

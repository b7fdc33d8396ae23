import { z } from 'zod';
import { projectAnswer } from '../answers';
import { listingRoutes } from '../collection';
import type { Project } from '../documents';
import { invalid } from '../errors';
import { demandFreeName, findIn, freeSlug } from '../find';
import { parseBody } from '../input';
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
/** Projects. */
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

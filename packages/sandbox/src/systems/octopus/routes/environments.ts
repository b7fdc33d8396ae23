import { z } from 'zod';
import {
  environmentAnswer,
  lifecycleAnswer,
  machineAnswer,
  projectAnswer,
  projectGroupAnswer,
} from '../answers';
import { listingRoutes } from '../collection';
import { invalid } from '../errors';
import { demandFreeName, findIn, freeSlug, inSpace } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import type { Call, Route } from '../router';

const nameSchema = z.string().trim().min(1, 'A name is needed.').max(200);
const environmentSchema = z.object({
  Name: nameSchema,
  Description: z.string().default(''),
  SortOrder: z.number().int().optional(),
  UseGuidedFailure: z.boolean().default(false),
  AllowDynamicInfrastructure: z.boolean().default(true),
});
const phaseSchema = z.object({
  Id: z.string().optional(),
  Name: nameSchema,
  AutomaticDeploymentTargets: z.array(z.string()).default([]),
  OptionalDeploymentTargets: z.array(z.string()).default([]),
  MinimumEnvironmentsBeforePromotion: z.number().int().min(0).default(0),
  IsOptionalPhase: z.boolean().default(false),
});
const lifecycleSchema = z.object({
  Name: nameSchema,
  Description: z.string().default(''),
  Phases: z.array(phaseSchema).default([]),
});
const groupSchema = z.object({
  Name: nameSchema,
  Description: z.string().default(''),
});

/** Environments, lifecycles and project groups: what projects stand on. */
export const environmentRoutes: Route[] = [
  ...listingRoutes({
    collection: 'environments',
    path: 'environments',
    permission: 'EnvironmentView',
    itemType: 'DeploymentEnvironment',
    answer: environmentAnswer,
    compare: (left, right) => left.SortOrder - right.SortOrder,
  }),
  {
    call: 'POST /{spaceId}/environments',
    permission: 'EnvironmentCreate',
    status: 201,
    answer: createEnvironment,
  },
  {
    call: 'PUT /{spaceId}/environments/{environmentId}',
    permission: 'EnvironmentEdit',
    answer: call => {
      const { Id, SortOrder } = findIn(
        call,
        'environments',
        call.params.environmentId,
      );
      const change = parseBody(call.body, environmentSchema);
      demandFreeName(call, 'environments', 'An environment', change.Name, Id);
      const { state } = call.server;
      return environmentAnswer(
        state.update('environments', Id, { SortOrder, ...change }),
      );
    },
  },
  {
    call: 'DELETE /{spaceId}/environments/{id}',
    permission: 'EnvironmentDelete',
    answer: removeEnvironment,
  },
  {
    call: 'GET /{spaceId}/environments/{id}/machines',
    permission: 'MachineView',
    answer: call => {
      const { Id } = findIn(call, 'environments', call.params.id);
      const machines = inSpace(call, 'machines').filter(machine =>
        machine.EnvironmentIds.includes(Id),
      );
      return page(call, 'Machine', machines, machineAnswer);
    },
  },
  ...listingRoutes({
    collection: 'lifecycles',
    path: 'lifecycles',
    permission: 'LifecycleView',
    itemType: 'Lifecycle',
    answer: lifecycleAnswer,
  }),
  {
    call: 'POST /{spaceId}/lifecycles',
    permission: 'LifecycleCreate',
    status: 201,
    answer: call => {
      const asked = parseBody(call.body, lifecycleSchema);
      demandFreeName(call, 'lifecycles', 'A lifecycle', asked.Name);
      demandEnvironments(call, asked.Phases);
      const { state } = call.server;
      const Id = state.nextId('Lifecycles');
      return lifecycleAnswer(
        state.insert('lifecycles', 'Lifecycles', {
          ...asked,
          Id,
          SpaceId: call.space.Id,
          Slug: freeSlug(state, 'lifecycles', call.space.Id, asked.Name),
          Phases: asked.Phases.map((phase, index) => ({
            ...phase,
            Id: `${Id}-phase-${index + 1}`,
          })),
        }),
      );
    },
  },
  {
    call: 'GET /{spaceId}/lifecycles/{id}/projects',
    permission: 'ProjectView',
    answer: call => {
      const { Id } = findIn(call, 'lifecycles', call.params.id);
      return inSpace(call, 'projects')
        .filter(({ LifecycleId }) => LifecycleId === Id)
        .map(projectAnswer);
    },
  },
  ...listingRoutes({
    collection: 'projectgroups',
    path: 'projectgroups',
    permission: 'ProjectGroupView',
    itemType: 'ProjectGroup',
    answer: projectGroupAnswer,
  }),
  {
    call: 'POST /{spaceId}/projectgroups',
    permission: 'ProjectGroupCreate',
    status: 201,
    answer: call => {
      const asked = parseBody(call.body, groupSchema);
      demandFreeName(call, 'projectgroups', 'A project group', asked.Name);
      const { state } = call.server;
      return projectGroupAnswer(
        state.insert('projectgroups', 'ProjectGroups', {
          ...asked,
          SpaceId: call.space.Id,
          Slug: freeSlug(state, 'projectgroups', call.space.Id, asked.Name),
        }),
      );
    },
  },
  {
    call: 'GET /{spaceId}/projectgroups/{id}/projects',
    permission: 'ProjectView',
    answer: call => {
      const { Id } = findIn(call, 'projectgroups', call.params.id);
      const projects = inSpace(call, 'projects').filter(
        ({ ProjectGroupId }) => ProjectGroupId === Id,
      );
      return page(call, 'Project', projects, projectAnswer);
    },
  },
];

function createEnvironment(call: Call) {
  const asked = parseBody(call.body, environmentSchema);
  demandFreeName(call, 'environments', 'An environment', asked.Name);
  const { state } = call.server;
  const others = inSpace(call, 'environments');
  const last = Math.max(-1, ...others.map(({ SortOrder }) => SortOrder));
  return environmentAnswer(
    state.insert('environments', 'Environments', {
      ...asked,
      SpaceId: call.space.Id,
      Slug: freeSlug(state, 'environments', call.space.Id, asked.Name),
      SortOrder: asked.SortOrder ?? last + 1,
    }),
  );
}

function removeEnvironment(call: Call) {
  const { Id, Name } = findIn(call, 'environments', call.params.id);
  const users = [
    ...inSpace(call, 'machines').filter(machine =>
      machine.EnvironmentIds.includes(Id),
    ),
    ...inSpace(call, 'lifecycles').filter(({ Phases }) =>
      Phases.some(phase =>
        [
          ...phase.AutomaticDeploymentTargets,
          ...phase.OptionalDeploymentTargets,
        ].includes(Id),
      ),
    ),
  ];
  if (users.length > 0)
    throw invalid(
      `The environment ${Name} is used by ${users.map(user => user.Name).join(', ')}.`,
    );
  call.server.state.remove('environments', Id);
  return undefined;
}

function demandEnvironments(
  call: Call,
  phases: z.output<typeof phaseSchema>[],
) {
  const known = new Set(inSpace(call, 'environments').map(({ Id }) => Id));
  const unknown = phases
    .flatMap(phase => [
      ...phase.AutomaticDeploymentTargets,
      ...phase.OptionalDeploymentTargets,
    ])
    .filter(id => !known.has(id));
  if (unknown.length > 0)
    throw invalid(...unknown.map(id => `There is no environment ${id}.`));
}

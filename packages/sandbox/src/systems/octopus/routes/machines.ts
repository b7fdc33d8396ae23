import { z } from 'zod';
import { machineAnswer, taskAnswer } from '../answers';
import { listingRoutes, newestFirst } from '../collection';
import type { Endpoint, Machine } from '../documents';
import { invalid } from '../errors';
import { demandFreeName, findIn, freeSlug, inSpace } from '../find';
import { parseBody } from '../input';
import { checkEndpoint, endpointSchema } from '../endpoints';
import { page } from '../page';
import type { Call, Route } from '../router';

const machineSchema = z.object({
  Name: z.string().trim().min(1, 'A name is needed.').max(200),
  EnvironmentIds: z
    .array(z.string())
    .min(1, 'A deployment target needs an environment.'),
  Roles: z.array(z.string().min(1)).min(1, 'A deployment target needs a tag.'),
  MachinePolicyId: z.string().optional(),
  IsDisabled: z.boolean().default(false),
  SkipInitialHealthCheck: z.boolean().default(false),
  TenantedDeploymentParticipation: z.string().default('Untenanted'),
  Endpoint: endpointSchema,
});

/** Deployment targets. */
export const machineRoutes: Route[] = [
  ...listingRoutes({
    collection: 'machines',
    path: 'machines',
    permission: 'MachineView',
    itemType: 'Machine',
    answer: machineAnswer,
    filter: wanted,
  }),
  {
    call: 'POST /{spaceId}/machines',
    permission: 'MachineCreate',
    status: 201,
    answer: create,
  },
  {
    call: 'PUT /{spaceId}/machines/{machineid}',
    permission: 'MachineEdit',
    answer: update,
  },
  {
    call: 'DELETE /{spaceId}/machines/{id}',
    permission: 'MachineDelete',
    answer: remove,
  },
  {
    call: 'GET /{spaceId}/machines/{id}/tasks',
    permission: 'TaskView',
    answer: call => {
      const { Id } = findIn(call, 'machines', call.params.id);
      const tasks = call.server.state
        .all('tasks')
        .filter(task => concerns(call, task.Arguments, Id))
        .sort(newestFirst);
      return page(call, 'Task', tasks, taskAnswer);
    },
  },
  {
    call: 'GET /{spaceId}/machineroles/all',
    permission: 'MachineView',
    answer: call =>
      [
        ...new Set(inSpace(call, 'machines').flatMap(({ Roles }) => Roles)),
      ].sort(),
  },
];

function wanted(call: Call): (machine: Machine) => boolean {
  const { query, server } = call;
  if (server.faults.isEmpty('machines')) return () => false;
  const roles = query.list('roles') ?? query.list('targetTags');
  const environments = query.list('environmentIds');
  const health = query.list('healthStatuses');
  const styles = query.list('commStyles');
  const disabled = query.flag('isDisabled');
  const thumbprint = query.text('thumbprint')?.toLowerCase();
  const any = (named: string[] | undefined, values: string[]) =>
    !named || values.some(value => named.includes(value));
  return machine =>
    any(roles, machine.Roles) &&
    any(environments, machine.EnvironmentIds) &&
    any(health, [machine.HealthStatus]) &&
    any(styles, [machine.Endpoint.CommunicationStyle]) &&
    (disabled === undefined || machine.IsDisabled === disabled) &&
    (!thumbprint || machine.Endpoint.Thumbprint?.toLowerCase() === thumbprint);
}

/** @throws OctopusError 400 for what is not there */
function readMachine(call: Call, except?: Machine) {
  const asked = parseBody(call.body, machineSchema);
  const { state } = call.server;
  demandFreeName(call, 'machines', 'A machine', asked.Name, except?.Id);
  const environments = new Set(
    inSpace(call, 'environments').map(({ Id }) => Id),
  );
  const policies = inSpace(call, 'machinepolicies');
  const policy = asked.MachinePolicyId
    ? policies.find(({ Id }) => Id === asked.MachinePolicyId)
    : policies.find(({ IsDefault }) => IsDefault);
  const errors = [
    ...asked.EnvironmentIds.filter(id => !environments.has(id)).map(
      id => `There is no environment ${id}.`,
    ),
    ...(policy ? [] : [`There is no machine policy ${asked.MachinePolicyId}.`]),
    ...checkEndpoint(asked.Endpoint, id => state.get('accounts', id)),
  ];
  if (!policy || errors.length > 0) throw invalid(...errors);
  return { ...asked, MachinePolicyId: policy.Id };
}

function create(call: Call) {
  const asked = readMachine(call);
  const { server, space, by } = call;
  const machine = server.state.insert('machines', 'Machines', {
    ...asked,
    SpaceId: space.Id,
    Slug: freeSlug(server.state, 'machines', space.Id, asked.Name),
    IsInProcess: false,
    HasLatestCalamari: false,
    HealthStatus: 'Unknown',
    StatusSummary: 'This machine was recently added. Run a health check.',
  });
  server.events.add('Created', `Machine ${machine.Name} was created`, {
    spaceId: space.Id,
    documents: [machine.Id, ...machine.EnvironmentIds],
    by,
  });
  if (!machine.SkipInitialHealthCheck)
    server.queue.enqueue({
      Name: 'Health',
      Description: `Check health of ${machine.Name}, which was just added`,
      Arguments: {
        Timeout: '00:05:00',
        MachineTimeout: '00:05:00',
        MachineIds: [machine.Id],
      },
      SpaceId: space.Id,
    });
  return machineAnswer(machine);
}

/** Takes the whole machine: what is left out is set to its default, as Octopus does it. */
function update(call: Call) {
  const before = findIn(call, 'machines', call.params.machineid);
  const asked = readMachine(call, before);
  const { server, space, by } = call;
  const machine = server.state.update('machines', before.Id, {
    ...asked,
    ...(sameEndpoint(before.Endpoint, asked.Endpoint)
      ? {}
      : {
          HealthStatus: 'Unknown',
          StatusSummary: 'The endpoint was changed. Run a health check.',
        }),
  });
  server.events.add('Modified', `Machine ${machine.Name} was changed`, {
    spaceId: space.Id,
    documents: [machine.Id, ...machine.EnvironmentIds],
    by,
  });
  return machineAnswer(machine);
}

function sameEndpoint(left: Endpoint, right: Endpoint) {
  return (
    left.CommunicationStyle === right.CommunicationStyle &&
    left.Uri === right.Uri &&
    left.Thumbprint === right.Thumbprint &&
    left.Fingerprint === right.Fingerprint
  );
}

/** Answers the task that removes it, which has ended already: nothing else hangs on a machine here. */
function remove(call: Call) {
  const { server, space, by } = call;
  const { Id, Name } = findIn(call, 'machines', call.params.id);
  server.state.remove('machines', Id);
  server.events.add('Deleted', `Machine ${Name} was deleted`, {
    spaceId: space.Id,
    documents: [Id],
    by,
  });
}

function concerns(
  { server }: Call,
  { MachineIds, DeploymentId }: Record<string, unknown>,
  machineId: string,
): boolean {
  if (Array.isArray(MachineIds) && MachineIds.includes(machineId)) return true;
  if (typeof DeploymentId !== 'string') return false;
  const deployment = server.state.get('deployments', DeploymentId);
  return deployment?.DeployedToMachineIds.includes(machineId) ?? false;
}

import { NanteError } from '@nante/model';
import { z } from 'zod';
import { endpointOf, endpointSchema, machineSchema } from './endpoint';
import { listOf, present, text } from './reading';
import { idIn, pageSize, wholeName, type OctopusSpace } from './space';
import type { NewMachine, OctopusApi } from './types';

/** What of a machine is ours to say; the rest stays as Octopus has it. */
function bodyOf(machine: Partial<NewMachine>): Record<string, unknown> {
  return present({
    Name: machine.name,
    EnvironmentIds: machine.environmentIds,
    Roles: machine.roles,
    MachinePolicyId: machine.policyId,
    Endpoint: machine.endpoint && endpointOf(machine.endpoint),
  });
}

const fullSchema = z.looseObject({
  Endpoint: z.looseObject({ CommunicationStyle: text }),
});
const discoveredSchema = z.object({ Endpoint: endpointSchema });

/** Deployment targets. The vendor's library has none of these calls. */
export function machineCalls(
  space: OctopusSpace,
): Pick<
  OctopusApi,
  | 'machines'
  | 'machine'
  | 'findMachine'
  | 'discoverMachine'
  | 'createMachine'
  | 'updateMachine'
  | 'deleteMachine'
> {
  const pathOf = (id: string) => `/machines/${idIn(id, 'target')}`;
  return {
    machines: options =>
      space.all(machineSchema, 'list of targets', page =>
        space.send(
          {
            method: 'GET',
            path: '/machines',
            query: page,
            what: 'list targets',
          },
          options,
        ),
      ),

    async machine(id, options) {
      try {
        return await space.read(
          machineSchema,
          'target',
          { method: 'GET', path: pathOf(id), what: `read the target ${id}` },
          options,
        );
      } catch (error) {
        if (NanteError.is(error) && error.code === 'not-found')
          return undefined;
        throw error;
      }
    },

    async findMachine(name, options) {
      const { Items } = await space.read(
        z.object({ Items: listOf(machineSchema) }),
        'list of targets',
        {
          method: 'GET',
          path: '/machines',
          query: { name, take: pageSize },
          what: `find the target ${name}`,
        },
        options,
      );
      return wholeName(Items, name);
    },

    async discoverMachine({ style, host, port }, options) {
      const what = `reach ${host} at port ${port}`;
      const { Endpoint } = await space.read(
        discoveredSchema,
        'target',
        {
          method: 'GET',
          path: '/machines/discover',
          query: {
            host,
            port,
            type: style === 'ssh' ? 'Ssh' : 'TentaclePassive',
          },
          what,
        },
        options,
      );
      const thumbprint = Endpoint.Fingerprint ?? Endpoint.Thumbprint;
      if (thumbprint) return { thumbprint };
      throw new NanteError(
        'failed',
        `Octopus cannot ${what}: nothing there says who it is.`,
        {
          hint:
            style === 'ssh'
              ? 'Check that SSH runs there and that Octopus can reach it.'
              : 'Check that a Tentacle listens there and that Octopus can reach it.',
        },
      );
    },

    async createMachine(machine, options) {
      const { id: SpaceId } = await space.find(options);
      return space.read(
        machineSchema,
        'target',
        {
          method: 'POST',
          path: '/machines',
          json: {
            SpaceId,
            ...bodyOf(machine),
            IsDisabled: false,
            TenantedDeploymentParticipation: 'Untenanted',
            TenantIds: [],
            TenantTags: [],
          },
          what: `make the target ${machine.name}`,
        },
        options,
      );
    },

    async updateMachine(id, change, options) {
      const call = { path: pathOf(id), what: `change the target ${id}` };
      const current = await space.read(
        fullSchema,
        'target',
        { ...call, method: 'GET' },
        options,
      );
      const wanted = bodyOf(change);
      const endpoint = wanted.Endpoint as Record<string, unknown> | undefined;
      const isSameStyle =
        endpoint?.CommunicationStyle === current.Endpoint.CommunicationStyle;
      return space.read(
        machineSchema,
        'target',
        {
          ...call,
          method: 'PUT',
          json: {
            ...current,
            ...wanted,
            // What Octopus knows beside, such as a proxy, belongs to this way of reaching it.
            ...(endpoint &&
              isSameStyle && {
                Endpoint: { ...current.Endpoint, ...endpoint },
              }),
          },
        },
        options,
      );
    },

    async deleteMachine(id, options) {
      try {
        await space.send(
          {
            method: 'DELETE',
            path: pathOf(id),
            what: `remove the target ${id}`,
          },
          options,
        );
      } catch (error) {
        if (!NanteError.is(error) || error.code !== 'not-found') throw error;
      }
    },
  };
}

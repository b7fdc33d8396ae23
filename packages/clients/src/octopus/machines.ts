import { NanteError, targetHealthSchema, type TargetStyle } from '@nante/model';
import { z } from 'zod';
import {
  count,
  flag,
  listOf,
  optionalText,
  present,
  text,
  texts,
} from './reading';
import { idIn, pageSize, wholeName, type OctopusSpace } from './space';
import type { NewMachine, OctopusApi, OctopusMachine } from './types';

const styles: Record<string, TargetStyle> = {
  Ssh: 'ssh',
  TentaclePassive: 'listening',
  TentacleActive: 'polling',
  Kubernetes: 'kubernetes',
};

const endpointSchema = z.object({
  CommunicationStyle: text,
  Uri: text,
  Thumbprint: optionalText,
  Fingerprint: optionalText,
  Host: optionalText,
  Port: count,
  AccountId: optionalText,
  ClusterUrl: text,
  Authentication: z.object({ AccountId: optionalText }).nullish(),
  TentacleVersionDetails: z.object({ Version: optionalText }).nullish(),
});

const machineSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    EnvironmentIds: texts,
    Roles: texts,
    Endpoint: endpointSchema,
    Thumbprint: optionalText,
    HealthStatus: targetHealthSchema.catch('Unknown'),
    StatusSummary: text,
    IsDisabled: flag,
    MachinePolicyId: text,
    OperatingSystem: optionalText,
  })
  .transform(machine => {
    const { Endpoint: endpoint } = machine;
    const read: OctopusMachine = {
      id: machine.Id,
      name: machine.Name,
      environmentIds: [...machine.EnvironmentIds].sort(),
      roles: [...machine.Roles].sort(),
      style: styles[endpoint.CommunicationStyle] ?? 'other',
      communicationStyle: endpoint.CommunicationStyle,
      ...placeOf(endpoint),
      thumbprint:
        endpoint.Fingerprint ?? endpoint.Thumbprint ?? machine.Thumbprint,
      accountId: endpoint.AccountId ?? endpoint.Authentication?.AccountId,
      health: machine.HealthStatus,
      healthSummary: machine.StatusSummary,
      isDisabled: machine.IsDisabled,
      policyId: machine.MachinePolicyId,
      agentVersion: endpoint.TentacleVersionDetails?.Version,
      operatingSystem: machine.OperatingSystem,
    };
    return present(read);
  });

function placeOf(
  endpoint: z.output<typeof endpointSchema>,
): Pick<OctopusMachine, 'host' | 'port' | 'pollingId'> {
  const uri = endpoint.Uri || endpoint.ClusterUrl;
  if (uri.startsWith('poll:')) return { pollingId: uri };
  if (endpoint.Host) return { host: endpoint.Host, port: endpoint.Port || 22 };
  if (!URL.canParse(uri)) return {};
  const { hostname, port, protocol } = new URL(uri);
  const usual = protocol === 'ssh:' ? 22 : 443;
  // Node keeps the brackets of an IPv6 address.
  return {
    host: hostname.replace(/^\[|\]$/gu, ''),
    port: Number(port) || usual,
  };
}

/** Octopus' own form of an endpoint. */
function endpointOf(endpoint: NewMachine['endpoint']): Record<string, unknown> {
  const at = (host: string, port: number) =>
    `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (endpoint.style) {
    case 'ssh': {
      const { host, port, fingerprint, accountId } = endpoint;
      return {
        CommunicationStyle: 'Ssh',
        AccountId: accountId,
        Host: host,
        Port: port,
        Fingerprint: fingerprint,
        Uri: `ssh://${at(host, port)}/`,
        // Octopus brings its own runtime, so that the host needs none.
        DotNetCorePlatform: 'linux-x64',
      };
    }
    case 'listening':
      return {
        CommunicationStyle: 'TentaclePassive',
        Uri: `https://${at(endpoint.host, endpoint.port)}/`,
        Thumbprint: endpoint.thumbprint,
      };
    case 'polling':
      return {
        CommunicationStyle: 'TentacleActive',
        Uri: endpoint.pollingId,
        Thumbprint: endpoint.thumbprint,
      };
    default:
      return {
        CommunicationStyle: 'Kubernetes',
        ClusterUrl: endpoint.url,
        Namespace: endpoint.namespace,
        ...(endpoint.certificateId && {
          ClusterCertificate: endpoint.certificateId,
        }),
        SkipTlsVerification: 'False',
        Authentication: {
          AuthenticationType: 'KubernetesStandard',
          AccountId: endpoint.accountId,
        },
      };
  }
}

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

    createMachine: (machine, options) =>
      space.read(
        machineSchema,
        'target',
        {
          method: 'POST',
          path: '/machines',
          json: {
            ...bodyOf(machine),
            IsDisabled: false,
            TenantedDeploymentParticipation: 'Untenanted',
            TenantIds: [],
            TenantTags: [],
          },
          what: `make the target ${machine.name}`,
        },
        options,
      ),

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

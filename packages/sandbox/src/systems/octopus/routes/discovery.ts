import { machineAnswer } from '../answers';
import type { Endpoint } from '../documents';
import { invalid } from '../errors';
import { findIn } from '../find';
import { pretendedFingerprint, pretendedThumbprint } from '../pretended';
import { asOctopusError } from '../refusals';
import type { Call, Route } from '../router';
import { discoverEndpoint } from '../tasks/discover';

/** What answers at an address, and how a target answered last. */
export const discoveryRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/machines/discover',
    permission: 'MachineCreate',
    answer: discover,
  },
  {
    call: 'GET /{spaceId}/machines/{id}/connection',
    permission: 'MachineView',
    answer: connection,
  },
];

async function discover(call: Call) {
  const { query } = call;
  const host = query.text('host');
  if (!host) throw invalid('A host is needed.');
  const type = query.text('type') ?? 'TentaclePassive';
  const endpoint = await endpointAt(call, type, host, query.number('port'));
  // A machine without space, environments and tags: these are for the client to add.
  const {
    SpaceId: _space,
    EnvironmentIds: _environments,
    Roles: _roles,
    TenantIds: _tenants,
    TenantTags: _tags,
    TenantedDeploymentParticipation: _participation,
    ...found
  } = machineAnswer({
    Id: '',
    SpaceId: '',
    Name: host,
    Slug: '',
    EnvironmentIds: [],
    Roles: [],
    MachinePolicyId: '',
    IsDisabled: false,
    IsInProcess: false,
    HealthStatus: 'Unknown',
    StatusSummary: '',
    HasLatestCalamari: false,
    Endpoint: endpoint,
    SkipInitialHealthCheck: false,
    TenantedDeploymentParticipation: 'Untenanted',
  });
  return { ...found, Id: null, Slug: null, MachinePolicyId: null, Links: {} };
}

/** What answers at an address; what a record would show where nobody does. */
async function endpointAt(
  { server }: Call,
  type: string,
  host: string,
  given: number | undefined,
): Promise<Endpoint> {
  if (!server.isPretended(host))
    return discoverEndpoint(type, host, given).catch((error: unknown) => {
      throw asOctopusError(error);
    });
  server.log(`discovery of ${host}: it is only a record (pretended)`);
  if (type === 'Ssh') {
    const port = given ?? 22;
    return {
      CommunicationStyle: 'Ssh',
      Host: host,
      Port: port,
      Fingerprint: pretendedFingerprint(host, port),
      Uri: `ssh://${host}:${port}/`,
      DotNetCorePlatform: 'linux-x64',
    };
  }
  const port = given ?? 10933;
  return {
    CommunicationStyle: 'TentaclePassive',
    Uri: `https://${host}:${port}/`,
    Thumbprint: pretendedThumbprint(`${host}:${port}`),
  };
}

function connection(call: Call) {
  const machine = findIn(call, 'machines', call.params.id);
  const known = machine.Connection;
  return {
    Id: null,
    MachineId: machine.Id,
    Status: known?.Status ?? 'Unknown',
    CurrentTentacleVersion: known?.CurrentTentacleVersion ?? null,
    LastChecked: known?.LastChecked ?? null,
    Logs: (known?.Logs ?? []).map((text, index) => ({
      Number: index + 1,
      Category: 'Info',
      OccurredAt: known?.LastChecked ?? null,
      MessageText: text,
      Detail: null,
    })),
    Links: {
      Self: call.path,
      Machine: `/api/${machine.SpaceId}/machines/${machine.Id}`,
    },
  };
}

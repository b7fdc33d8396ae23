import { targetHealthSchema, type TargetStyle } from '@nante/model';
import { z } from 'zod';
import { count, flag, optionalText, present, text, texts } from './reading';
import type { NewMachine, OctopusMachine } from './types';

const styles: Record<string, TargetStyle> = {
  Ssh: 'ssh',
  TentaclePassive: 'listening',
  TentacleActive: 'polling',
  Kubernetes: 'kubernetes',
};

export const endpointSchema = z.object({
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

/** A deployment target, whatever way it is reached. */
export const machineSchema = z
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
export function endpointOf(
  endpoint: NewMachine['endpoint'],
): Record<string, unknown> {
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

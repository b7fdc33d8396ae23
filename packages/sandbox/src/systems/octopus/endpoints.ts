import { z } from 'zod';
import type { Account, Endpoint } from './documents';

const text = z.string().optional();

/** An endpoint as it is sent: fields of its style are checked, others are kept as they are. */
export const endpointSchema = z
  .looseObject({
    CommunicationStyle: z.string().min(1),
    Uri: text,
    Thumbprint: text,
    Host: text,
    Port: z.number().int().min(1).max(65535).optional(),
    Fingerprint: text,
    AccountId: text,
    DotNetCorePlatform: text,
    ProxyId: text,
    ClusterUrl: text,
    ClusterCertificate: text,
    Namespace: text,
    SkipTlsVerification: text,
    DefaultNamespace: text,
    Authentication: z.unknown().optional(),
    TentacleEndpointConfiguration: z
      .object({ CommunicationMode: text, Thumbprint: text, Uri: text })
      .optional(),
  })
  .transform(
    ({ Id, Links, LastModifiedOn, LastModifiedBy, ...fields }): Endpoint => {
      const given = Object.fromEntries(
        Object.entries(fields).filter(
          ([, value]) => value !== undefined && value !== null,
        ),
      ) as Endpoint;
      if (given.CommunicationStyle !== 'Ssh') return given;
      const Port = given.Port ?? 22;
      return {
        DotNetCorePlatform: 'linux-x64',
        ...given,
        Port,
        Uri: `ssh://${given.Host}:${Port}/`,
      };
    },
  );

/** Fields that a style cannot do without. */
const needed: Record<string, (keyof Endpoint)[]> = {
  Ssh: ['Host', 'AccountId', 'Fingerprint'],
  TentaclePassive: ['Uri', 'Thumbprint'],
  TentacleActive: ['Uri', 'Thumbprint'],
  Kubernetes: ['ClusterUrl'],
  KubernetesTentacle: ['TentacleEndpointConfiguration'],
  None: [],
  OfflineDrop: [],
};

/** @returns what is wrong with an endpoint, in sentences */
export function checkEndpoint(
  endpoint: Endpoint,
  account: (id: string) => Account | undefined,
): string[] {
  const style = endpoint.CommunicationStyle;
  const fields = needed[style];
  if (!fields) return [`The communication style '${style}' is not supported.`];
  const errors = fields
    .filter(field => !endpoint[field])
    .map(field => `An endpoint of style ${style} needs ${field}.`);
  if (style === 'TentaclePassive' && !endpoint.Uri?.startsWith('https://'))
    errors.push('The address of a listening Tentacle begins with https://.');
  if (style === 'TentacleActive' && !endpoint.Uri?.startsWith('poll://'))
    errors.push('The address of a polling Tentacle begins with poll://.');
  if (style === 'Ssh' && endpoint.AccountId) {
    const found = account(endpoint.AccountId);
    if (!found) errors.push(`There is no account ${endpoint.AccountId}.`);
    else if (!['SshKeyPair', 'UsernamePassword'].includes(found.AccountType))
      errors.push(`The account ${found.Name} is none that logs in by SSH.`);
  }
  return errors;
}

import type {
  Connection,
  GithubConnection,
  InfrastructureConfig,
} from '@nante/model';
import { z } from 'zod';
import type { ProviderSource } from '../types';

const endpointSchema = z.object({
  url: z.string(),
  /** Where guests reach it, and this machine too; only where guests are real. */
  guestUrl: z.string().optional(),
  ca: z.string().optional(),
});

/** The part of a sandbox's `endpoints.json` that a door needs. */
export const sandboxEndpointsSchema = z.object({
  proxmox: endpointSchema,
  s3: endpointSchema.extend({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    bucket: z.string(),
  }),
  doppler: endpointSchema.extend({ token: z.string() }),
  tailscale: endpointSchema.optional(),
  openobserve: endpointSchema.optional(),
  octopus: endpointSchema
    .extend({
      /** Where Tentacles that poll connect to. */
      pollingUrl: z.string().optional(),
    })
    .optional(),
  nexus: endpointSchema.optional(),
  github: endpointSchema
    .extend({
      /** Address of the API. */
      apiUrl: z.string(),
      organization: z.string(),
      /** This repository as the sandbox serves it. */
      workflows: z.object({
        repository: z.string(),
        commit: z.string(),
        version: z.string(),
      }),
    })
    .optional(),
  /** Package repository with stand-ins for vendors' packages. */
  packages: endpointSchema.optional(),
  terraformProvider: z.object({ control: z.string() }).optional(),
  guests: z.object({ driver: z.string(), real: z.boolean() }).optional(),
});
export type SandboxEndpoints = z.infer<typeof sandboxEndpointsSchema>;

/**
 * The configuration with every connection leading to the sandbox, which has one system of each kind; what it does not have
 * is taken out, of the environments too. Roles take vendors' packages from the sandbox, and Docker its images without TLS.
 */
export function pointAtSandbox(
  config: InfrastructureConfig,
  endpoints: SandboxEndpoints,
): InfrastructureConfig {
  const connections = Object.fromEntries(
    Object.entries(config.connections).flatMap(([name, connection]) => {
      // Where a cluster is, only its kubeconfig says.
      if (connection.type === 'kubernetes') return [[name, connection]];
      if (connection.type === 'github')
        return endpoints.github
          ? [[name, atGithub(connection, endpoints.github)]]
          : [];
      const endpoint = endpoints[connection.type];
      return endpoint ? [[name, pointed(connection, endpoint)]] : [];
    }),
  );
  const present = (name: string | undefined) =>
    name !== undefined && connections[name] ? name : undefined;
  const environments = Object.entries(config.environments).map(
    ([name, environment]) => [
      name,
      {
        ...environment,
        mesh: present(environment.mesh),
        telemetry: present(environment.telemetry),
        octopus: present(environment.octopus),
      },
    ],
  );
  return {
    ...config,
    connections,
    environments: Object.fromEntries(environments),
    roleDefaults: {
      ...packageSources(endpoints.packages),
      ...registries(endpoints.nexus),
      ...config.roleDefaults,
    },
  };
}

function atGithub(
  connection: GithubConnection,
  {
    apiUrl,
    ca,
    organization,
    workflows,
  }: NonNullable<SandboxEndpoints['github']>,
): GithubConnection {
  return { ...connection, url: apiUrl, caFile: ca, organization, workflows };
}

type Endpoint = z.infer<typeof endpointSchema> & { pollingUrl?: string };

function pointed(
  connection: Exclude<Connection, { type: 'github' | 'kubernetes' }>,
  { url, guestUrl = url, ca, pollingUrl }: Endpoint,
): Connection {
  switch (connection.type) {
    case 'tailscale':
      return { ...connection, url, caFile: ca, controlUrl: guestUrl };
    // Guests send to the same address that we ask.
    case 'openobserve':
      return { ...connection, url: guestUrl, caFile: ca };
    case 'octopus':
      return { ...connection, url, caFile: ca, pollingUrl };
    default:
      return { ...connection, url, caFile: ca };
  }
}

/** The registry of the sandbox's Nexus speaks plain HTTP, which Docker takes only from those that it is told of. */
function registries(nexus?: Endpoint): Record<string, unknown> {
  const { guestUrl = undefined } = nexus ?? {};
  return guestUrl?.startsWith('http:')
    ? { mgmt_docker_insecure_registries: [new URL(guestUrl).host] }
    : {};
}

/** Where roles find the packages of vendors. */
function packageSources(packages?: Endpoint): Record<string, unknown> {
  if (!packages) return {};
  const url = packages.guestUrl ?? packages.url;
  const sources = [
    'base_setup_tailscale',
    'base_setup_alloy',
    'mgmt_docker',
    'octopus_tentacle',
  ].flatMap(prefix => [
    [`${prefix}_apt_uri`, url],
    [`${prefix}_apt_key_url`, `${url}/key.asc`],
  ]);
  return {
    ...Object.fromEntries(sources),
    // It has every suite, and apt takes one key for each: a host may have several of these roles, and each keeps the key in a file of its own.
    mgmt_docker_apt_suite: 'docker',
    octopus_tentacle_apt_suite: 'octopus',
  };
}

/**
 * Where Terraform gets its provider from.
 *
 * @param mirror - directory of a filesystem mirror, which rules where there is one
 * @param endpoints - of a sandbox, whose stand-in is used otherwise
 */
export function chooseProvider(
  mirror: string | undefined,
  endpoints: SandboxEndpoints | undefined,
): ProviderSource {
  if (mirror) return { type: 'mirror', directory: mirror };
  if (endpoints?.terraformProvider) {
    return {
      type: 'stand-in',
      control: endpoints.terraformProvider.control,
      sandboxUrl: endpoints.proxmox.url,
    };
  }
  return { type: 'registry' };
}

import { z } from 'zod';
import { cidrSchema, hostKindSchema, ipv4Schema, userNameSchema } from './host';
import { dnsLabelSchema } from './names';
import { repositoryPathSchema } from './repository';
import { secretNames } from './secrets';

const secretNameSchema = z.enum(secretNames);

/** A Proxmox cluster. Values of the secrets come from Doppler or the environment; only their names stand here. */
export const proxmoxConnectionSchema = z.object({
  type: z.literal('proxmox'),
  /** Address of the API, for example `https://pve.example.com:8006`. Left out: the secret `PROXMOX_API_URL`. */
  url: z.string().url().optional(),
  /** Path of a PEM file with the private CA, on the machine that runs the engine. */
  caFile: z.string().optional(),
  tokenId: secretNameSchema.default('PROXMOX_TOKEN_ID'),
  tokenSecret: secretNameSchema.default('PROXMOX_TOKEN_SECRET'),
  /** Everything is shown, nothing can be changed. */
  readOnly: z.boolean().default(false),
  /** Guest ids that we hand out: a range of our own avoids races with people who use "next free id". */
  vmIds: z
    .object({ from: z.number().int().min(100), to: z.number().int() })
    .default({ from: 20_000, to: 29_999 }),
});
export type ProxmoxConnection = z.infer<typeof proxmoxConnectionSchema>;

/** A tag of the tailnet, such as `tag:dev`. */
const meshTagSchema = z
  .string()
  .regex(/^tag:[a-z][a-z0-9-]{0,49}$/, 'use a tag such as tag:dev');

/**
 * A tailnet that hosts join. Where the OAuth client is known, a key for one use is minted for each host and its device is
 * removed with it; otherwise all hosts join with the one key.
 */
export const tailscaleConnectionSchema = z.object({
  type: z.literal('tailscale'),
  /** Address of the API. */
  url: z.string().url().default('https://api.tailscale.com'),
  /** Path of a PEM file with a private CA of the API, on the machine that runs the engine. */
  caFile: z.string().optional(),
  /** Tailnet; `-` is the one that the OAuth client belongs to. */
  tailnet: z.string().default('-'),
  /** Control server of one's own, such as headscale, that hosts join. Left out: Tailscale's. */
  controlUrl: z.string().url().optional(),
  /** Id of an OAuth client with the scopes `auth_keys` and `devices:core`, which owns the tags. */
  clientId: secretNameSchema.default('TS_OAUTH_CLIENT_ID'),
  clientSecret: secretNameSchema.default('TS_OAUTH_SECRET'),
  /** Key for all hosts where there is no OAuth client. */
  authKey: secretNameSchema.default('TS_AUTHKEY'),
  /** Tags of every host; those of its environment come beside them. */
  tags: z.array(meshTagSchema).min(1).default(['tag:nante']),
});
export type TailscaleConnection = z.infer<typeof tailscaleConnectionSchema>;

/** An OpenObserve that hosts send metrics and logs to. */
export const openobserveConnectionSchema = z.object({
  type: z.literal('openobserve'),
  /** Address as hosts and engine reach it. Left out: the secret `OO_HOST`. */
  url: z.string().url().optional(),
  /** Path of a PEM file with a private CA, on the machine that runs the engine. */
  caFile: z.string().optional(),
  organization: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .default('default'),
  /** User, an e-mail address. */
  user: secretNameSchema.default('OO_USER'),
  password: secretNameSchema.default('OO_PASS'),
});
export type OpenobserveConnection = z.infer<typeof openobserveConnectionSchema>;

/** A space of an Octopus server. */
export const octopusConnectionSchema = z.object({
  type: z.literal('octopus'),
  /** Address. Left out: the secret `OCTOPUS_SERVER_URL`. */
  url: z.string().url().optional(),
  /** Address at which a polling Tentacle reaches the server, with its port. Left out: the host of `url`, port 10943. */
  pollingUrl: z.string().url().optional(),
  /** Path of a PEM file with a private CA, on the machine that runs the engine. */
  caFile: z.string().optional(),
  /** Name or id of the space. Left out: the secret `OCTOPUS_SPACE_ID`. */
  space: z.string().optional(),
  apiKey: secretNameSchema.default('OCTOPUS_API_KEY'),
  /** SSH account of Octopus by name for targets of style `ssh`. Left out: the one whose user is the host's. */
  sshAccount: z.string().optional(),
  /** Requests a minute that all of ours together may send; the server's own limit is 200 for each user. */
  requestsPerMinute: z.number().int().min(10).default(150),
  /** Everything is shown, nothing can be changed. */
  readOnly: z.boolean().default(false),
});
export type OctopusConnection = z.infer<typeof octopusConnectionSchema>;

/** A Nexus Repository. */
export const nexusConnectionSchema = z.object({
  type: z.literal('nexus'),
  /** Address, without `/service/rest`. Left out: the secret `NEXUS_URL`. */
  url: z.string().url().optional(),
  /** Path of a PEM file with a private CA, on the machine that runs the engine. */
  caFile: z.string().optional(),
  username: secretNameSchema.default('NEXUS_USERNAME'),
  password: secretNameSchema.default('NEXUS_PASSWORD'),
  /** Repositories that the pages look into, by name. Empty: all that the user may see. */
  repositories: z.array(z.string()).default([]),
  /** Everything is shown, nothing can be changed. */
  readOnly: z.boolean().default(false),
});
export type NexusConnection = z.infer<typeof nexusConnectionSchema>;

/** An organization of GitHub, or of a GitHub Enterprise Server. */
export const githubConnectionSchema = z.object({
  type: z.literal('github'),
  /** Address of the API, such as `https://github.example.com/api/v3`. Left out: the secret `GITHUB_API_URL`, else that of github.com. */
  url: z.string().url().optional(),
  /** Path of a PEM file with a private CA, on the machine that runs the engine. */
  caFile: z.string().optional(),
  /** Organization, or user, that new repositories belong to. */
  organization: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, 'use its login'),
  /** Token with `repo`, `workflow` and `admin:repo_hook`, or a fine-grained one with the rights that docs/github.md lists. */
  token: secretNameSchema.default('GH_PAT'),
  /** Token of Doppler that new repositories get as their one secret, DOPPLER_TOKEN. */
  dopplerToken: secretNameSchema.default('CI_DOPPLER_TOKEN'),
  /** Where GitHub sends events of workflows: the portal's `/api/events/http/github`. Left out: nobody sends any, and the portal asks. */
  webhookUrl: z.string().url().optional(),
  webhookSecret: secretNameSchema.default('GITHUB_WEBHOOK_SECRET'),
  /** The reusable workflows that callers name: a release of this repository. */
  workflows: z
    .object({
      /** Where they are, `owner/name`. */
      repository: repositoryPathSchema,
      /** Commit of the release. */
      commit: z.string().regex(/^[0-9a-f]{40}$/, 'use the whole commit'),
      /** Its tag. */
      version: z.string().regex(/^v\d+\.\d+\.\d+$/, 'use a tag such as v1.4.0'),
    })
    .optional(),
  /** Labels of the runners that jobs ask for. */
  runnerLabels: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,100}$/))
    .min(1)
    .default(['self-hosted', 'linux']),
  /** Everything is shown, nothing can be changed. */
  readOnly: z.boolean().default(false),
});
export type GithubConnection = z.infer<typeof githubConnectionSchema>;

/** A Kubernetes cluster that apps are deployed to. */
export const kubernetesConnectionSchema = z.object({
  type: z.literal('kubernetes'),
  /** Secret with its kubeconfig. */
  kubeconfig: secretNameSchema.default('K8S_KUBECONFIG'),
  /** Context of it. Left out: its current one. */
  context: z.string().optional(),
  /** Everything is shown, nothing can be changed. */
  readOnly: z.boolean().default(false),
});
export type KubernetesConnection = z.infer<typeof kubernetesConnectionSchema>;

export const connectionSchema = z.discriminatedUnion('type', [
  proxmoxConnectionSchema,
  tailscaleConnectionSchema,
  openobserveConnectionSchema,
  octopusConnectionSchema,
  nexusConnectionSchema,
  githubConnectionSchema,
  kubernetesConnectionSchema,
]);
export type Connection = z.infer<typeof connectionSchema>;

/** Variables of roles by name, each beginning with its role's; what a request says comes before them. */
const roleDefaultsSchema = z
  .record(z.string().regex(/^(?!ansible_|nante_)[a-z][a-z0-9_]*$/), z.unknown())
  .default({});

/** A size that the form offers. */
export const sizeSchema = z.object({
  title: z.string(),
  cores: z.number().int().min(1),
  memoryMb: z.number().int().min(128),
  diskGb: z.number().int().min(1),
  /** Only operators may ask for it. */
  restricted: z.boolean().default(false),
});
export type Size = z.infer<typeof sizeSchema>;

/** How a host gets its address. */
export const addressingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('dhcp') }),
  z.object({
    type: z.literal('pool'),
    /** First and last address that the engine hands out. */
    from: ipv4Schema,
    to: ipv4Schema,
  }),
]);

export const environmentSchema = z.object({
  title: z.string(),
  /** Name of the Proxmox connection; an environment names exactly one. */
  connection: z.string(),
  bridge: z.string().default('vmbr0'),
  /** VLAN tag; null for untagged. */
  vlan: z.number().int().min(1).max(4094).nullable(),
  /** Subnet in CIDR notation, for example `10.30.0.0/24`. */
  subnet: cidrSchema,
  gateway: ipv4Schema,
  nameservers: z.array(ipv4Schema).default([]),
  domain: z.string().optional(),
  addressing: addressingSchema,
  /** Names of the sizes that may be asked for here. */
  sizes: z.array(z.string()).min(1),
  /** VLANs that a request may name instead of the environment's own; a host there gets its address by DHCP. */
  otherVlans: z.array(z.number().int().min(1).max(4094)).default([]),
  /** Name of the tailnet's connection. Left out: hosts join none. */
  mesh: z.string().optional(),
  /** Tags of the hosts here beside those of the connection. */
  meshTags: z.array(meshTagSchema).default([]),
  /** Name of the OpenObserve connection. Left out: hosts are not monitored. */
  telemetry: z.string().optional(),
  /** Name of the Octopus connection. Left out: hosts are no targets, and nothing is deployed here. */
  octopus: z.string().optional(),
  /** Its environment by name. Left out: the one with this environment's name. */
  octopusEnvironment: z.string().min(1).optional(),
  /** Name of the cluster's connection. Left out: apps here name theirs, or there is only one. */
  cluster: z.string().optional(),
  /** Who makes hosts of an app from a template: the portal, before the repository is pushed, or its workflow `provision.yml`, where only a runner reaches Proxmox. */
  worker: z.enum(['portal', 'workflow']).default('portal'),
  /** Defaults of role variables here, before those of the site. */
  roleDefaults: roleDefaultsSchema,
  /** Only operators may create or destroy here. */
  restricted: z.boolean().default(false),
});
export type Environment = z.infer<typeof environmentSchema>;

/** What may be asked for at all. Empty lists allow everything that Proxmox offers. */
export const policySchema = z.object({
  nodes: z.array(z.string()).default([]),
  storages: z.array(z.string()).default([]),
  /** Most hosts that one owner may have, over all environments. */
  hostsPerOwner: z.number().int().min(1).default(20),
  /** Upper bounds of a size that a person types in by hand. */
  maximum: z
    .object({
      cores: z.number().int(),
      memoryMb: z.number().int(),
      diskGb: z.number().int(),
    })
    .default({ cores: 8, memoryMb: 16_384, diskGb: 200 }),
  /** Login user made in VMs. */
  user: userNameSchema.default('ops'),
  kinds: z.array(hostKindSchema).default(['vm', 'lxc']),
  /**
   * Doors without a sign-in whose users count as operators. In a terminal that is whoever has the secrets, who could do
   * the same by hand. A workflow is to stand here only where the rules of its GitHub environment guard the secrets.
   */
  operatorDoors: z.array(z.enum(['cli', 'workflow'])).default(['cli']),
});
export type Policy = z.infer<typeof policySchema>;

/** Which key of an environment names a connection of which type. */
const environmentConnections = {
  connection: 'proxmox',
  mesh: 'tailscale',
  telemetry: 'openobserve',
  octopus: 'octopus',
  cluster: 'kubernetes',
} as const;

/** `nante/config.json`: what all three doors must agree on. The portal publishes it from `infrastructure:` at start. */
export const infrastructureConfigSchema = z
  .object({
    version: z.literal(1).default(1),
    connections: z.record(dnsLabelSchema, connectionSchema),
    environments: z.record(dnsLabelSchema, environmentSchema),
    sizes: z.record(dnsLabelSchema, sizeSchema),
    /** Defaults of role variables at this site, such as a mirror of a package repository. */
    roleDefaults: roleDefaultsSchema,
    policy: policySchema.default(() => policySchema.parse({})),
  })
  .superRefine((config, context) => {
    for (const [name, environment] of Object.entries(config.environments)) {
      for (const [key, type] of Object.entries(environmentConnections)) {
        const named = environment[key as keyof typeof environmentConnections];
        if (named === undefined) continue;
        const found = config.connections[named];
        if (found?.type === type) continue;
        context.addIssue({
          code: 'custom',
          path: ['environments', name, key],
          message: found
            ? `names the connection "${named}", which is of type ${found.type}, not ${type}`
            : `names the connection "${named}", which is not under infrastructure.connections`,
        });
      }
      for (const size of environment.sizes) {
        if (!config.sizes[size]) {
          context.addIssue({
            code: 'custom',
            path: ['environments', name, 'sizes'],
            message: `names the size "${size}", which is not under infrastructure.sizes`,
          });
        }
      }
    }
  });
export type InfrastructureConfig = z.infer<typeof infrastructureConfigSchema>;

/** Connections of one type by name, in the order of the configuration. */
export function connectionsOf<T extends Connection['type']>(
  { connections }: Pick<InfrastructureConfig, 'connections'>,
  type: T,
): [string, Extract<Connection, { type: T }>][] {
  return Object.entries(connections).filter(
    (entry): entry is [string, Extract<Connection, { type: T }>] =>
      entry[1].type === type,
  );
}

/** The connection of that name and type; undefined where there is none. */
export function connectionNamed<T extends Connection['type']>(
  { connections }: Pick<InfrastructureConfig, 'connections'>,
  type: T,
  name: string | undefined,
): Extract<Connection, { type: T }> | undefined {
  const found = name === undefined ? undefined : connections[name];
  return found?.type === type
    ? (found as Extract<Connection, { type: T }>)
    : undefined;
}

/** The Proxmox of an environment, which the schema has made sure of. */
export function proxmoxOf(
  config: Pick<InfrastructureConfig, 'connections' | 'environments'>,
  environment: string,
): ProxmoxConnection {
  const name = config.environments[environment].connection;
  return connectionNamed(config, 'proxmox', name)!;
}

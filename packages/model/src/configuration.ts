import { z } from 'zod';
import { cidrSchema, hostKindSchema, ipv4Schema, userNameSchema } from './host';
import { dnsLabelSchema } from './names';
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

export const connectionSchema = z.discriminatedUnion('type', [
  proxmoxConnectionSchema,
]);

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

/** `nante/config.json`: what all three doors must agree on. The portal publishes it from `infrastructure:` at start. */
export const infrastructureConfigSchema = z
  .object({
    version: z.literal(1).default(1),
    connections: z.record(dnsLabelSchema, connectionSchema),
    environments: z.record(dnsLabelSchema, environmentSchema),
    sizes: z.record(dnsLabelSchema, sizeSchema),
    policy: policySchema.default(() => policySchema.parse({})),
  })
  .superRefine((config, context) => {
    for (const [name, environment] of Object.entries(config.environments)) {
      if (!config.connections[environment.connection]) {
        context.addIssue({
          code: 'custom',
          path: ['environments', name, 'connection'],
          message: `names the connection "${environment.connection}", which is not under infrastructure.connections`,
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

import { z } from 'zod';
import { actorSchema, hostRequestSchema } from './actor';
import { roleChoiceSchema } from './ansible';
import { targetChoiceSchema } from './deployment';
import {
  cidrSchema,
  hostKindSchema,
  ipv4Schema,
  sshPublicKeySchema,
  userNameSchema,
} from './host';
import { dnsLabelSchema } from './names';

/** What a person asks for: one host. Values the engine can choose may be left out. */
export const provisionRequestSchema = actorSchema.extend({
  /** Id made by the caller, kept over retries: the same id never makes a second machine. */
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  kind: hostKindSchema,
  name: dnsLabelSchema,
  app: dnsLabelSchema,
  environment: dnsLabelSchema,
  /** Owner in the catalog, an entity ref such as `group:default/shop`. */
  owner: z.string().min(1),
  /** Name of a configured size; or `custom` with `cores`, `memoryMb` and `diskGb`. */
  size: z.string(),
  cores: z.number().int().min(1).optional(),
  memoryMb: z.number().int().min(128).optional(),
  diskGb: z.number().int().min(1).optional(),
  /** Proxmox node; left out: the allowed node with the most free memory. */
  node: z.string().optional(),
  /** Proxmox storage; left out: the allowed storage with the most free space that takes this kind of guest. */
  storage: z.string().optional(),
  /** Template: `<vmid>` of a template VM, or the volume id of a container template. Left out: the newest. */
  image: z.string().optional(),
  /** Keys that may log in. `ANS_SSH_PUBLIC_KEY` is added by the engine where it is set. */
  sshKeys: z.array(sshPublicKeySchema).min(1),
  /** Roles for the host, in the order in which they are applied. Left out: those that the host has, or none. */
  roles: z.array(roleChoiceSchema).optional(),
  /** Shell script that a new container runs once, as root, before the roles; containers only. */
  initScript: z.string().max(65_536).optional(),
  /** Makes it a deployment target. Left out: a host that is one stays one; `null`: it is none any more. */
  target: targetChoiceSchema.nullable().optional(),
  /** VLAN instead of the environment's own, one of its `otherVlans`; the host gets its address there by DHCP. */
  vlan: z.number().int().min(1).max(4094).optional(),
  /** Free text, shown as text and never run. */
  purpose: z.string().max(500).optional(),
  /** A differing host of the same name and app is changed to this; otherwise the difference is refused. */
  allowChange: z.boolean().default(false),
});
export type ProvisionRequest = z.infer<typeof provisionRequestSchema>;

/**
 * What a door may leave out as well: a host that exists keeps what it is and has. A new one is a `vm` with the key
 * `ANS_SSH_PUBLIC_KEY` unless it says otherwise, and has to say owner and size.
 */
export const provisionInputSchema = provisionRequestSchema.partial({
  kind: true,
  owner: true,
  size: true,
  sshKeys: true,
});
export type ProvisionInput = z.infer<typeof provisionInputSchema>;

export const destroyRequestSchema = hostRequestSchema.extend({
  /** Must equal `name`. */
  confirm: z.string(),
});
export type DestroyRequest = z.infer<typeof destroyRequestSchema>;

/** Roles on hosts that are there, made by us or onboarded; also to bring a host back to what its roles say. */
export const configureRequestSchema = hostRequestSchema
  .omit({ name: true })
  .extend({
    /** Hosts of one app and environment. */
    names: z.array(dnsLabelSchema).min(1).max(50),
    /** Roles to apply and keep as the hosts' own. Left out: those that each host has. */
    roles: z.array(roleChoiceSchema).min(1).optional(),
    /** Changes nothing, and says what would change. */
    dryRun: z.boolean().default(false),
  });
export type ConfigureRequest = z.infer<typeof configureRequestSchema>;

export const powerRequestSchema = hostRequestSchema.extend({
  /** `stop` cuts the power; `shutdown` and `reboot` ask the guest. */
  action: z.enum(['start', 'shutdown', 'reboot', 'stop']),
});
export type PowerRequest = z.infer<typeof powerRequestSchema>;

/** Another size for a host; what is left out stays. */
export const resizeRequestSchema = hostRequestSchema.extend({
  /** Name of a configured size, or `custom`. */
  size: z.string(),
  cores: z.number().int().min(1).optional(),
  memoryMb: z.number().int().min(128).optional(),
  /** Disks only grow. */
  diskGb: z.number().int().min(1).optional(),
  /** The person was told that the host restarts, and agrees; without it a resize that needs a restart is refused. */
  allowReboot: z.boolean().default(false),
});
export type ResizeRequest = z.infer<typeof resizeRequestSchema>;

/** Name of a snapshot as Proxmox takes it. */
export const snapshotNameSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{1,39}$/,
    'start with a letter, use letters, digits, _ and -, 2 to 40 characters',
  );

export const snapshotRequestSchema = hostRequestSchema.extend({
  action: z.enum(['create', 'rollback', 'delete']),
  snapshot: snapshotNameSchema,
  description: z.string().max(500).optional(),
  /** Must equal `snapshot` for `rollback` and `delete`, which cannot be taken back. */
  confirm: z.string().optional(),
});
export type SnapshotRequest = z.infer<typeof snapshotRequestSchema>;

/** A server that somebody else made comes into our care. Nothing on it is changed before a check run was shown. */
export const onboardRequestSchema = hostRequestSchema.extend({
  owner: z.string().min(1),
  address: ipv4Schema,
  /** Port of sshd. */
  port: z.number().int().min(1).max(65_535).default(22),
  /** Who logs in now, by the key of `SSH_PRIVATE_KEY`: root, or somebody with sudo. */
  loginUser: userNameSchema,
  /** Administrator to make, who may log in afterwards; left out: nobody is made. */
  adminUser: userNameSchema.optional(),
  /** Keys of the administrator. */
  adminSshKeys: z.array(sshPublicKeySchema).default([]),
  roles: z.array(roleChoiceSchema).default([]),
  /** Makes it a deployment target. */
  target: targetChoiceSchema.optional(),
  /** Guest of a Proxmox that the server is, where it is one. */
  guest: z
    .object({ connection: dnsLabelSchema, vmId: z.number().int().min(100) })
    .optional(),
  /** Id of the check run of the same request. Left out: this is the check, which changes nothing. */
  checkedRunId: z.string().optional(),
});
export type OnboardRequest = z.infer<typeof onboardRequestSchema>;

/** Names of storages, and of files on them, as Proxmox takes them. */
const volumeName = '[A-Za-z0-9][\\w.+-]*';

/** A template that hosts are made from, made through Proxmox's API. */
export const templateRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  kind: hostKindSchema,
  /** Name of the template, the same for every call that means the same one. */
  name: dnsLabelSchema,
  /** Environment whose connection and network are used. */
  environment: dnsLabelSchema,
  /** Node; left out: that of the image, else the allowed one with the most free memory. */
  node: z.string().optional(),
  /** Storage of the disk; left out: the allowed one with the most free space. */
  storage: z.string().optional(),
  /** Storage that a downloaded image goes to; left out: the first that takes images. */
  imageStorage: z.string().optional(),
  /** Where Proxmox downloads the image from; goes with `imageChecksum`. */
  imageUrl: z
    .string()
    .regex(/^https?:\/\/[\x21-\x7e]+$/, 'use an address of http or https')
    .optional(),
  /** Checksum of that file. */
  imageChecksum: z
    .string()
    .regex(
      /^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$/,
      'use sha256: or sha512: and the digits of the checksum',
    )
    .optional(),
  /** Volume that is there already; for containers also a file of Proxmox's catalogue. Containers only: left out, the newest Debian. */
  image: z
    .string()
    .regex(
      new RegExp(`^(?:${volumeName}:(?:import|vztmpl)/)?${volumeName}$`),
      'use a volume such as local:import/debian-12.qcow2, or a file of the catalogue',
    )
    .optional(),
  /** Guest id; left out: the first free one of the connection's range. */
  vmId: z.number().int().min(100).max(999_999_999).optional(),
  /** Size of the disk in GiB; left out: that of the image, 4 for a container. */
  diskGb: z.number().int().min(1).max(1024).optional(),
  /** Address while it is made; left out: one of the environment's pool, else DHCP. */
  address: cidrSchema.optional(),
});
export type TemplateRequest = z.infer<typeof templateRequestSchema>;

/** What can be done about a run that did not succeed. */
export const remedySchema = z.enum(['finish', 'undo', 'adopt', 'forget']);
export type Remedy = z.infer<typeof remedySchema>;

export const repairRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  /** Run that is repaired. */
  runId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  remedy: remedySchema,
});
export type RepairRequest = z.infer<typeof repairRequestSchema>;

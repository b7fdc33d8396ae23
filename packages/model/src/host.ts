import { z } from 'zod';
import { roleChoiceSchema } from './ansible';
import { targetChoiceSchema } from './deployment';
import { dnsLabelSchema } from './names';

/** A VM, or an LXC container. */
export const hostKindSchema = z.enum(['vm', 'lxc']);
export type HostKind = z.infer<typeof hostKindSchema>;

const ipv4 =
  '(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/** An IPv4 address such as `10.30.0.14`. */
export const ipv4Schema = z
  .string()
  .regex(new RegExp(`^${ipv4}$`), 'use an IPv4 address such as 10.30.0.14');
/** IPv4 in CIDR notation such as `10.30.0.14/24`. */
export const cidrSchema = z
  .string()
  .regex(
    new RegExp(`^${ipv4}/(?:[0-9]|[12]\\d|3[0-2])$`),
    'use CIDR notation such as 10.30.0.14/24',
  );

/** One line of an `authorized_keys` file: type, base64, and an optional comment without control characters. */
export const sshPublicKeySchema = z
  .string()
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+={0,3}( [\x20-\x7e]{0,200})?$/,
    'paste one line of an OpenSSH public key, for example the content of ~/.ssh/id_ed25519.pub',
  );

/** A user name that Linux and cloud-init take. */
export const userNameSchema = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_-]{0,31}$/,
    'use lower case letters, digits, _ and -, at most 32 characters',
  );

const bridgeSchema = z.string();
const vlanSchema = z.number().int().min(1).max(4094).nullable().default(null);
const storageSchema = z.string().nullable().optional();
const sizeSchema = z.number().int().min(1);

/** A card of a guest beside its first one; it has no gateway. */
const hostNetworkSchema = z.object({
  /** Linux bridge on the node. */
  bridge: bridgeSchema,
  /** VLAN tag, null for untagged. */
  vlan: vlanSchema,
  /** `dhcp`, or the address in CIDR notation. */
  address: z.union([z.literal('dhcp'), cidrSchema]),
});

/** A disk of a VM beside the system disk. */
const hostDiskSchema = z.object({
  /** Where it is plugged in: names the disk and never changes. `scsi0` is the system disk. */
  interface: z.string().regex(/^scsi(?:[1-9]|1[0-3])$/, 'use scsi1 to scsi13'),
  /** GiB. */
  size_gb: sizeSchema,
  /** Proxmox storage; that of the system disk when it is left out. */
  storage: storageSchema,
  /** Part of backups; left out means yes. */
  backup: z.boolean().optional(),
});

/** A volume of a container beside its system disk; a change makes the container anew. */
const hostMountSchema = z.object({
  /** Absolute path inside the container. */
  path: z
    .string()
    .regex(/^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._-]+)+$/, 'use an absolute path'),
  /** GiB. */
  size_gb: sizeSchema,
  /** Proxmox storage; that of the system disk when it is left out. Never a folder of the node: a token may not mount it. */
  storage: storageSchema,
  /** Part of backups; left out means yes. */
  backup: z.boolean().optional(),
  /** The container may only read; left out means no. */
  read_only: z.boolean().optional(),
});

/**
 * One desired host as it stands in `nante/<workspace>/hosts.json`. The keys are Terraform's: the document is a var-file,
 * so that a person can plan and apply it without us.
 */
export const desiredHostSchema = z.object({
  kind: hostKindSchema,
  /** Id of the request that created the host; part of its stamp. */
  request_id: z.string(),
  /** Owner in the catalog, an entity ref such as `group:default/shop`. */
  owner: z.string(),
  /** Proxmox node that the guest is created on. */
  node: z.string(),
  /** Proxmox guest id, reserved by the engine before the plan. */
  vm_id: z.number().int().min(100).max(999_999_999),
  /** Virtual CPUs. */
  cores: z.number().int().min(1).max(128),
  /** Memory in MiB. */
  memory_mb: z.number().int().min(128),
  /** Size of the system disk in GiB. */
  disk_gb: z.number().int().min(1),
  /** Proxmox storage of the system disk. */
  storage: z.string(),
  /** What a guest is made from: a template to clone, a disk image, or a container template file. */
  image: z.object({
    /** Template VM to clone (`kind = "vm"`). Exactly one of this and `import_file`. */
    template_vm_id: z.number().int().nullable().default(null),
    /** Node that holds the template. */
    template_node: z.string().nullable().default(null),
    /** Full copy instead of a linked clone; Terraform's provider defaults to full, we to linked where the storage allows it. */
    full_clone: z.boolean().default(true),
    /** Volume id of a container template, for example `local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst` (`kind = "lxc"`). */
    template_file: z.string().nullable().default(null),
    /** Operating system type of a container, for example `debian`. */
    os_type: z.string().default('unmanaged'),
    /** Disk image on a storage, for example `local:import/debian-12-generic-amd64.qcow2` (`kind = "vm"`). */
    import_file: z.string().nullable().optional(),
    /** Prepared container template to clone (`kind = "lxc"`), instead of `template_file`: keys and features are its own. */
    template_ct_id: z.number().int().nullable().optional(),
  }),
  network: z.object({
    /** Linux bridge on the node. */
    bridge: bridgeSchema,
    /** VLAN tag, null for untagged. */
    vlan: vlanSchema,
    /** `dhcp`, or the address in CIDR notation. */
    address: z.union([z.literal('dhcp'), cidrSchema]),
    /** Gateway, null with `dhcp`. */
    gateway: ipv4Schema.nullable().default(null),
    /** Name servers; empty means what DHCP or the template says. */
    nameservers: z.array(ipv4Schema).default([]),
    /** Search domain. */
    domain: z.string().nullable().default(null),
  }),
  /** More cards, in their order. */
  networks: z.array(hostNetworkSchema).max(7).optional(),
  /** More disks (`kind = "vm"`). */
  disks: z.array(hostDiskSchema).optional(),
  /** More volumes (`kind = "lxc"`). */
  mounts: z.array(hostMountSchema).optional(),
  /** Login user of a VM (containers are entered as root). */
  user: userNameSchema,
  /** Public keys that may log in. */
  ssh_keys: z.array(sshPublicKeySchema).min(1),
  /** Proxmox tags beside the stamp's, sorted and lower case. */
  tags: z.array(z.string()).default([]),
  /** Proxmox pool, null for none. */
  pool: z.string().nullable().default(null),
  /** QEMU guest agent in the template (`kind = "vm"`): Terraform waits for its address. */
  agent: z.boolean().default(true),
  /** Lets a container run containers of its own (`kind = "lxc"`); left out means no. */
  nesting: z.boolean().optional(),
  /** Features of a container (`kind = "lxc"`); a token may set `nesting` only. */
  features: z.array(z.literal('nesting')).optional(),
  /** CPU that a VM sees, null or left out for one that all servers of the last ten years have. */
  cpu_type: z.string().nullable().optional(),
  /** Proxmox refuses to remove the guest; left out means no. */
  protection: z.boolean().optional(),
  /** The guest starts when its node does; left out means yes. */
  start_on_boot: z.boolean().optional(),
  /** Roles of the host, in their order. Ansible's alone: Terraform drops what its variable does not declare. */
  roles: z.array(roleChoiceSchema).optional(),
  /** What makes it a deployment target; left out: it is none. Not Terraform's either. */
  target: targetChoiceSchema.optional(),
});
export type DesiredHost = z.infer<typeof desiredHostSchema>;

/** `nante/<workspace>/hosts.json`: the whole input of the Terraform root. */
export const hostsDocumentSchema = z.object({
  schema_version: z.literal(1),
  app: dnsLabelSchema,
  environment: dnsLabelSchema,
  hosts: z.record(z.string(), desiredHostSchema),
});
export type HostsDocument = z.infer<typeof hostsDocumentSchema>;

/** A server that Nante did not make and takes care of since it was onboarded. */
export const onboardedServerSchema = z.object({
  /** Id of the request that onboarded it. */
  request_id: z.string(),
  owner: z.string(),
  address: ipv4Schema,
  /** Port of sshd. */
  port: z.number().int().default(22),
  /** Who logs in: root, or somebody with sudo. */
  user: userNameSchema,
  roles: z.array(roleChoiceSchema).default([]),
  /** What makes it a deployment target; left out: it is none. */
  target: targetChoiceSchema.optional(),
  /** Guest of a Proxmox that it is, where it is one. */
  guest: z
    .object({ connection: dnsLabelSchema, vm_id: z.number().int() })
    .optional(),
});
export type OnboardedServer = z.infer<typeof onboardedServerSchema>;

/** `nante/<workspace>/servers.json`: servers of an app and environment that no Terraform makes. */
export const serversDocumentSchema = z.object({
  version: z.literal(1),
  app: dnsLabelSchema,
  environment: dnsLabelSchema,
  servers: z.record(z.string(), onboardedServerSchema),
});
export type ServersDocument = z.infer<typeof serversDocumentSchema>;

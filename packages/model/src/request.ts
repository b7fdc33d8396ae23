import { z } from 'zod';
import { hostKindSchema, sshPublicKeySchema } from './host';
import { dnsLabelSchema } from './names';

const actorSchema = z.object({
  /** Entity ref of the person, or the name of the workflow's actor. */
  requestedBy: z.string(),
  /** True where the person may do what is restricted (production, large sizes); decided by the door, never by the form. */
  operator: z.boolean().default(false),
});

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
  /** Free text, shown as text and never run. */
  purpose: z.string().max(500).optional(),
  /** A differing host of the same name and app is changed to this; otherwise the difference is refused. */
  allowChange: z.boolean().default(false),
});
export type ProvisionRequest = z.infer<typeof provisionRequestSchema>;

export const destroyRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  name: dnsLabelSchema,
  app: dnsLabelSchema,
  environment: dnsLabelSchema,
  /** Must equal `name`. */
  confirm: z.string(),
});
export type DestroyRequest = z.infer<typeof destroyRequestSchema>;

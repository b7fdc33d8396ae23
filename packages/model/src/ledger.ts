import { z } from 'zod';

/** The life of a thing we made: written before the effect, and again after it. */
export const ledgerStateSchema = z.enum([
  'intended',
  'created',
  'adopted',
  'removed',
  'left behind',
]);
export type LedgerState = z.infer<typeof ledgerStateSchema>;

/** One entry for each thing made anywhere. */
export const ledgerEntrySchema = z.object({
  /** `<system>/<connection>/<kind>/<outside id>`, or the host where the id is not known first; the key that a repeated effect finds itself by. */
  id: z.string(),
  /** Outside system: `proxmox`, `ansible`, `ssh`, `tailscale`, `octopus`, `nexus`, `github`, `docker`, `kubernetes`. */
  system: z.string(),
  /** Name of the connection. */
  connection: z.string(),
  /** What it is: `vm`, `lxc`, `snapshot`, `server`, `configuration`, `device`, `target`, `project`, `release`, `deployment`, `artifact`, `repository`, `pull-request`, `app`. */
  kind: z.string(),
  /** Id in the outside system, for example `20014`; empty while, or where, nobody knows it. */
  outsideId: z.string(),
  /** Host it belongs to; empty for what belongs to none. */
  host: z.string(),
  /** Request that made it: has to agree with the stamp. */
  requestId: z.string(),
  /** Run that wrote the entry last. */
  runId: z.string(),
  state: ledgerStateSchema,
  /** SSH host keys of a guest or server, pinned at the first contact: `type base64` each. */
  hostKeys: z.array(z.string()).optional(),
  /** IPv4 address at which a guest or server was last seen. */
  address: z.string().optional(),
  /** Of a target: certificate of its Tentacle, or host key, that Octopus knows it by. */
  thumbprint: z.string().optional(),
  /** Of an artifact: `sha256:…` of what was uploaded. */
  digest: z.string().optional(),
  /** Of an artifact: what it was built from, and by which run. */
  provenance: z
    .object({ commit: z.string().optional(), buildUrl: z.string().optional() })
    .optional(),
  /** How a person undoes it. */
  undo: z.string(),
  /** ISO time of the last change. */
  updatedAt: z.string(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** `nante/<workspace>/ledger.json`; kept as history when the workspace is gone. */
export const ledgerDocumentSchema = z.object({
  version: z.literal(1),
  entries: z.array(ledgerEntrySchema),
});
export type LedgerDocument = z.infer<typeof ledgerDocumentSchema>;

/** A process, so that its own machine can tell at once that it is gone. */
export const processMarkSchema = z.object({
  /** Machine and process namespace, opaque. */
  machine: z.string(),
  pid: z.number().int(),
  /** When the process started, in the machine's own words: a pid alone is used again. */
  started: z.string(),
});
export type ProcessMark = z.infer<typeof processMarkSchema>;

/** `nante/<workspace>/operation.lock`: a lease that spans a whole run. */
export const operationLockSchema = z.object({
  version: z.literal(1),
  /** `released` after a run; the object itself is never deleted, since not every store honours a conditional DELETE. */
  state: z.enum(['held', 'released']),
  /** Grows by one with each taking: a holder that was overtaken sees a higher number and stops. */
  fencing: z.number().int(),
  /** Who: `<door>:<hostname>:<pid>`. */
  holder: z.string(),
  door: z.enum(['portal', 'workflow', 'cli']),
  runId: z.string(),
  /** Where a person can look, for example the address of the run page. */
  link: z.string().optional(),
  /** A workspace keeps the tool that made it. */
  tool: z.enum(['terraform', 'tofu']),
  acquiredAt: z.string(),
  /** Changes with each heartbeat, so that the ETag does. */
  heartbeat: z.number().int(),
  /** The holder's process. */
  process: processMarkSchema.optional(),
  /** Set while a state file could not be uploaded: which machine and path holds it. */
  strandedState: z.object({ machine: z.string(), path: z.string() }).optional(),
});
export type OperationLock = z.infer<typeof operationLockSchema>;

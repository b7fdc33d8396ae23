import type { HostKind } from '@nante/model';

/** Options of every call. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** A guest as `cluster/resources` shows it; numbers normalised, tags sorted. */
export interface ProxmoxGuest {
  vmId: number;
  kind: HostKind;
  name: string;
  node: string;
  status: 'running' | 'stopped' | 'unknown';
  template: boolean;
  tags: string[];
  pool?: string;
  lock?: string;
  /** Virtual CPUs. */
  cores: number;
  /** Fraction of the cores in use, 0 to 1; absent when not running. */
  cpu?: number;
  /** Bytes. */
  memory: number;
  memoryUsed?: number;
  /** Bytes; of a VM Proxmox does not know how much is used. */
  disk: number;
  diskUsed?: number;
  /** Seconds. */
  uptime?: number;
}

export interface ProxmoxNode {
  name: string;
  status: 'online' | 'offline' | 'unknown';
  cores: number;
  cpu?: number;
  memory: number;
  memoryUsed?: number;
  uptime?: number;
}

export interface ProxmoxStorage {
  name: string;
  node: string;
  status: 'available' | 'unknown';
  shared: boolean;
  /** Content types, sorted: `images`, `rootdir`, `vztmpl`, … */
  content: string[];
  type: string;
  size: number;
  used: number;
}

/** Everything that one `cluster/resources` call tells. */
export interface ProxmoxResources {
  guests: ProxmoxGuest[];
  nodes: ProxmoxNode[];
  storages: ProxmoxStorage[];
}

export interface ProxmoxClusterStatus {
  /** Name of the cluster, or of the only node. */
  name: string;
  quorate: boolean;
  nodes: { name: string; online: boolean }[];
}

/** A guest's configuration as far as we read it. */
export interface ProxmoxGuestConfig {
  name: string;
  description: string;
  tags: string[];
  cores: number;
  memoryMb: number;
  digest: string;
  agent: boolean;
  /** All keys as Proxmox answers them, for display and for comparison. */
  raw: Record<string, string | number>;
}

export interface ProxmoxInterface {
  name: string;
  mac: string;
  addresses: { address: string; prefix: number; family: 'ipv4' | 'ipv6' }[];
}

export interface ProxmoxTaskResult {
  /** `OK`, or `WARNINGS: n`, which is success with something to read. */
  exitStatus: string;
  warnings: number;
}

export interface ProxmoxVolume {
  volumeId: string;
  /** Bytes. */
  size: number;
  /** Unix seconds. */
  createdAt?: number;
  format: string;
}

/** One point of Proxmox's own statistics. */
export interface ProxmoxSample {
  /** Unix seconds. */
  time: number;
  cpu?: number;
  memoryUsed?: number;
  memory?: number;
  netIn?: number;
  netOut?: number;
}

/** A snapshot of a guest. */
export interface ProxmoxSnapshot {
  name: string;
  description: string;
  /** Unix seconds. */
  createdAt?: number;
  parent?: string;
  /** True when the memory of the VM was kept too. */
  withMemory: boolean;
}

/** A container template that Proxmox's own catalogue offers. */
export interface ProxmoxAppliance {
  /** Name of the file, for example `debian-12-standard_12.12-1_amd64.tar.zst`. */
  file: string;
  /** `system`, `turnkeylinux`, … */
  section: string;
  /** For example `debian-12`. */
  os: string;
  version: string;
}

/** What was told about a file that Proxmox is to download. */
export interface ProxmoxDownload {
  url: string;
  /** Name that it gets on the storage. */
  name: string;
  content: 'import' | 'vztmpl';
  /** Proxmox checks it, and keeps no file that differs. */
  checksum?: { algorithm: string; value: string };
}

/** Options of a guest as Proxmox takes them. */
export type GuestOptions = Record<string, string | number>;

/** Calls that make a guest without Terraform. */
export interface ProxmoxMaking {
  /** Lets Proxmox download a file onto a storage; answers the task's UPID. Needs Datastore.AllocateTemplate, Sys.AccessNetwork. */
  downloadFile(
    node: string,
    storage: string,
    file: ProxmoxDownload,
    options?: CallOptions,
  ): Promise<string>;
  /** Container templates that the node knows of, on a storage or not. */
  appliances(node: string, options?: CallOptions): Promise<ProxmoxAppliance[]>;
  /** Downloads one of them; answers the task's UPID. Needs Datastore.AllocateTemplate. */
  downloadAppliance(
    node: string,
    storage: string,
    file: string,
    options?: CallOptions,
  ): Promise<string>;
  /** Makes a guest, which is not started; answers the task's UPID. */
  createGuest(
    node: string,
    kind: HostKind,
    vmId: number,
    guest: GuestOptions,
    options?: CallOptions,
  ): Promise<string>;
  /** Sets options of a guest; `delete` takes those away that it names. */
  setGuestOptions(
    node: string,
    kind: HostKind,
    vmId: number,
    guest: GuestOptions,
    options?: CallOptions,
  ): Promise<void>;
  /** Makes a template of a stopped guest; answers the task's UPID, which containers do not have. */
  convertToTemplate(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<string | undefined>;
}

/** What is done as root@pam, by a ticket. */
export interface RootSession {
  /** Sets options of a container that no token may set. */
  setContainerOptions(
    node: string,
    vmId: number,
    guest: GuestOptions,
    options?: CallOptions,
  ): Promise<void>;
}

export type PowerAction = 'start' | 'shutdown' | 'stop' | 'reboot';

/**
 * What we need of a Proxmox cluster. Every call has a deadline; reads are repeated on transport errors, writes never.
 *
 * Throws `NanteError`: `unreachable` (no answer in time, names the address), `unauthorized` (401, or 403 with the missing
 * privilege and path in the message), `not-found`, `conflict` (a lock), `invalid-input` (400, with the parameters).
 */
export interface ProxmoxApi extends ProxmoxMaking {
  readonly url: string;
  version(options?: CallOptions): Promise<{ version: string; release: string }>;
  resources(options?: CallOptions): Promise<ProxmoxResources>;
  clusterStatus(options?: CallOptions): Promise<ProxmoxClusterStatus>;
  /** Privileges of our token by path, for example `{ '/vms': ['VM.Audit'] }`. */
  permissions(options?: CallOptions): Promise<Record<string, string[]>>;
  /** True when no guest of the cluster has the id. */
  isIdFree(vmId: number, options?: CallOptions): Promise<boolean>;
  guestConfig(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<ProxmoxGuestConfig>;
  guestStatus(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<{ status: 'running' | 'stopped'; lock?: string; uptime: number }>;
  /**
   * Its network cards first, then what software inside it made, such as `tailscale0` and `docker0`. Undefined while the agent
   * (VM) or container does not answer.
   */
  guestInterfaces(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<ProxmoxInterface[] | undefined>;
  /**
   * Text of a file in a VM, read by its agent as root: for what nobody on the network shall be able to forge, such as SSH
   * host keys. Needs VM.GuestAgent.FileRead (Proxmox 8: VM.Monitor).
   *
   * @param path - absolute, in the guest
   * @returns undefined while the agent does not answer, when our token lacks the privilege, or when there is no such file
   */
  guestFile(
    node: string,
    vmId: number,
    path: string,
    options?: CallOptions,
  ): Promise<string | undefined>;
  samples(
    node: string,
    kind: HostKind,
    vmId: number,
    timeframe: 'hour' | 'day' | 'week',
    options?: CallOptions,
  ): Promise<ProxmoxSample[]>;
  storageContent(
    node: string,
    storage: string,
    content: 'vztmpl' | 'images' | 'import' | 'iso',
    options?: CallOptions,
  ): Promise<ProxmoxVolume[]>;
  /** Snapshots of a guest, oldest first. */
  snapshots(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<ProxmoxSnapshot[]>;
  /** Whether the storage of a guest can make snapshots. */
  canSnapshot(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<boolean>;
  /** Makes a snapshot of the disks, not of the memory, and answers the task's UPID. Needs VM.Snapshot. */
  createSnapshot(
    node: string,
    kind: HostKind,
    vmId: number,
    snapshot: { name: string; description?: string },
    options?: CallOptions,
  ): Promise<string>;
  /**
   * Returns to a snapshot and answers the task's UPID. A guest that runs loses its power first. Needs VM.Snapshot or
   * VM.Snapshot.Rollback.
   *
   * @param start - the same task starts the guest afterwards
   */
  rollbackSnapshot(
    node: string,
    kind: HostKind,
    vmId: number,
    name: string,
    options?: CallOptions & { start?: boolean },
  ): Promise<string>;
  /** Removes a snapshot, the guest stays as it is, and answers the task's UPID. Needs VM.Snapshot. */
  deleteSnapshot(
    node: string,
    kind: HostKind,
    vmId: number,
    name: string,
    options?: CallOptions,
  ): Promise<string>;
  /** Options of a guest whose new value waits for its next start, by name. */
  pendingChanges(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<string[]>;
  /** Makes a disk larger, also while the guest runs; answers the task's UPID, which old versions do not have. */
  growDisk(
    node: string,
    kind: HostKind,
    vmId: number,
    disk: string,
    sizeGb: number,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /** Changes a container's memory, in MiB, also while it runs. */
  setContainerMemory(
    node: string,
    vmId: number,
    memoryMb: number,
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Starts a power action and answers the task's UPID.
   *
   * @param timeoutSeconds - how long Proxmox waits for a guest that is asked to shut down or to reboot
   */
  power(
    node: string,
    kind: HostKind,
    vmId: number,
    action: PowerAction,
    options?: CallOptions & { timeoutSeconds?: number },
  ): Promise<string>;
  /** Deletes a stopped guest with its disks and answers the task's UPID. */
  deleteGuest(
    node: string,
    kind: HostKind,
    vmId: number,
    options?: CallOptions,
  ): Promise<string>;
  /**
   * Waits for a task.
   *
   * @param timeoutMs - milliseconds, 300 000 unless given
   * @throws NanteError `failed` with the end of the task's log
   */
  waitForTask(
    upid: string,
    options?: CallOptions & { timeoutMs?: number },
  ): Promise<ProxmoxTaskResult>;
}

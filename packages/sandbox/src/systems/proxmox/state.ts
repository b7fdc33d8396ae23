/** The two sorts of guests, in Proxmox's own words. */
export type GuestKind = 'qemu' | 'lxc';

/** Whole numbers and switches are numbers, all else is text: as the real configuration answers. */
export type ConfigValue = string | number;
export type GuestConfig = Record<string, ConfigValue>;

export interface Snapshot {
  description: string;
  /** Unix seconds. */
  time: number;
  parent?: string;
  config: GuestConfig;
  withMemory: boolean;
}

export interface Guest {
  vmid: number;
  kind: GuestKind;
  node: string;
  config: GuestConfig;
  /** Changes that wait for the next boot; null takes the key away. */
  pending: Record<string, ConfigValue | null>;
  running: boolean;
  /** Unix seconds. */
  startedAt?: number;
  createdAt: number;
  /** Part of the company that was there at the start: always a record. */
  seeded: boolean;
  pool?: string;
  /** Keys that a container was created with: Proxmox writes them into its disk and forgets them. */
  sshKeys?: string;
  snapshots: Record<string, Snapshot>;
  /** Snapshot that the current state grew from. */
  parent?: string;
}

/** An image, container template or ISO that lies on a storage and belongs to no guest. */
export interface StorageFile {
  storage: string;
  /** Node for storages that are not shared. */
  node?: string;
  /** For example `vztmpl/debian-12.tar.zst`. */
  name: string;
  content: 'vztmpl' | 'import' | 'iso' | 'snippets';
  format: string;
  /** Bytes. */
  size: number;
  /** Size of the disk inside an image, bytes. */
  virtualSize?: number;
  /** Unix seconds. */
  createdAt: number;
}

export interface Storage {
  name: string;
  type: 'dir' | 'rbd' | 'lvmthin';
  shared: boolean;
  content: string[];
  /** Bytes. */
  size: number;
  /** Bytes that are used by what is not ours to know. */
  baseUse: number;
  path?: string;
}

export interface ClusterNode {
  name: string;
  id: number;
  address: string;
  cores: number;
  /** Bytes. */
  memory: number;
  /** Bytes of the system disk. */
  disk: number;
  /** Unix seconds. */
  bootedAt: number;
}

export interface Pool {
  id: string;
  comment: string;
  storages: string[];
}

export interface TaskRecord {
  upid: string;
  node: string;
  pid: number;
  pstart: number;
  /** Unix seconds. */
  starttime: number;
  type: string;
  id: string;
  user: string;
  tokenid?: string;
  /** Unix milliseconds; younger tasks are not visible yet. */
  createdMs: number;
  endtime?: number;
  exitstatus?: string;
  log: string[];
}

/** Everything that survives a restart. */
export interface ClusterState {
  version: 1;
  name: string;
  nodes: ClusterNode[];
  storages: Storage[];
  files: StorageFile[];
  pools: Pool[];
  guests: Record<string, Guest>;
  tasks: TaskRecord[];
  /** Next process id of a task. */
  nextPid: number;
}

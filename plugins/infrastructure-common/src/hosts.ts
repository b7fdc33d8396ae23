import type {
  HostKind,
  Observation,
  RunState,
  TargetHealth,
} from '@nante/model';

/** One word for every system's states; the native one goes into the tooltip. */
export type HealthWord =
  | 'Healthy'
  | 'Running'
  | 'Waiting'
  | 'Attention'
  | 'Failed'
  | 'Stopped'
  | 'Unknown';

/** What mesh and telemetry say of a host, and when they were asked. */
export type HostObservation = Pick<
  Observation,
  'mesh' | 'telemetry' | 'observedAt'
>;

/** Whether a source answered, and how old its data is. */
export interface ConnectionHealth {
  name: string;
  type: 'proxmox' | 'state' | 'octopus' | 'nexus';
  url: string;
  ok: boolean;
  readOnly: boolean;
  /** ISO time of the last good answer; absent when there never was one. */
  lastSuccessAt?: string;
  /** Milliseconds of the last answer. */
  latencyMs?: number;
  version?: string;
  error?: string;
  /**
   * Set while it answers and is not believed: guests, rights, or targets and projects of Octopus are missing from the answer.
   * An operator may accept that by `POST /connections/:connection/accept`.
   */
  doubt?: 'guests' | 'rights' | 'targets';
}

/**
 * A row of the hosts page: a guest of Proxmox, joined with what the bucket knows of it; or a server that was onboarded and
 * is no guest. The latter's figures are 0 and its state is `Unknown`: nobody tells us.
 */
export interface HostSummary {
  /** Empty for a server that is no guest. Rows are told apart by `entityRef`. */
  connection: string;
  /** 0 for a server that is no guest. */
  vmId: number;
  kind: HostKind | 'server';
  name: string;
  node: string;
  state: HealthWord;
  /** Proxmox's own word. */
  nativeState: string;
  tags: string[];
  cores: number;
  /** 0 to 1 of all cores. */
  cpu?: number;
  /** Bytes. */
  memory: number;
  memoryUsed?: number;
  disk: number;
  diskUsed?: number;
  /** Seconds. */
  uptime?: number;
  /** Entity ref of the owner; from the desired document only, never from a tag. */
  owner?: string;
  app?: string;
  environment?: string;
  vlan?: number | null;
  workspace?: string;
  /** Request that made the host. */
  requestId?: string;
  addresses: string[];
  /**
   * `managed`: in our desired document; `onboarded`: made by somebody else and configured by us; `unmanaged`: not ours;
   * `mismatch`: stamp, id and ledger disagree; `missing`: ours, but not in Proxmox.
   */
  management: 'managed' | 'onboarded' | 'unmanaged' | 'mismatch' | 'missing';
  /** What disagrees, one sentence. */
  managementDetail?: string;
  entityRef: string;
  /** Whether its metrics arrive; absent where nobody collects them, or nobody was asked yet. */
  telemetry?: 'reporting' | 'unknown';
  /** Worst health of the deployment targets that it is; absent where it is none, or nobody was asked yet. */
  targetHealth?: TargetHealth;
  /** ISO time of the figures. */
  observedAt: string;
}

/** How many of our hosts report to the telemetry of their environment. */
export interface MonitoredHosts {
  reporting: number;
  /** Of our hosts whose environment has telemetry. */
  total: number;
  /** ISO time at which telemetry was asked. */
  observedAt: string;
}

export interface NodeSummary {
  connection: string;
  name: string;
  state: HealthWord;
  /** 0 when Proxmox doesn't say: the token lacks `Sys.Audit` on the node. */
  cores: number;
  cpu?: number;
  /** Bytes; 0 when Proxmox doesn't say. */
  memory: number;
  memoryUsed?: number;
  guests: number;
  storages: {
    name: string;
    shared: boolean;
    size: number;
    used: number;
    content: string[];
  }[];
}

/** The host tab. */
export interface HostDetail extends HostSummary {
  interfaces: { name: string; mac: string; addresses: string[] }[];
  /** Why there are no addresses, with the remedy. */
  interfacesProblem?: string;
  disks: { name: string; storage: string; size: string }[];
  snapshots: { name: string; description: string; createdAt?: string }[];
  description: string;
  /** Login user and command, when we made the host. */
  ssh?: string;
  requestedBy?: string;
  lastRunId?: string;
  /** Holder of the workspace's lock, when held. */
  lock?: { holder: string; runId: string; since: string };
  /** Newest 24 hours. */
  samples: { time: number; cpu?: number; memoryUsed?: number }[];
  mayDestroy: boolean;
  /** Why not, when `mayDestroy` is false. */
  mayDestroyReason?: string;
  /** Power, size, snapshots and configuration. */
  mayChange: boolean;
  /** Why not, when `mayChange` is false. */
  mayChangeReason?: string;
  /** Absent for hosts that are not ours, and before anybody was asked. */
  observation?: HostObservation;
  /** Names of the host's roles, in their order. */
  roles: string[];
  /** Last run that configured the host: when it ended, and how. */
  configured?: { runId: string; at: string; state: RunState; changed: number };
}

/** What the placement field offers for an environment and a kind of guest. */
export interface PlacementOptions {
  environment: string;
  kind: HostKind;
  connection: string;
  /** ISO time of the figures. */
  observedAt: string;
  /** Set when Proxmox does not answer: fields become plain inputs. */
  error?: string;
  nodes: {
    name: string;
    online: boolean;
    allowed: boolean;
    /** 0 when Proxmox doesn't say. */
    cores: number;
    cpu?: number;
    /** Bytes; 0 when Proxmox doesn't say. */
    memory: number;
    memoryUsed?: number;
    guests: number;
    /** The one we would choose; none while Proxmox names nobody's memory. */
    bestFit: boolean;
  }[];
  storages: {
    name: string;
    shared: boolean;
    /** Nodes that have it. */
    nodes: string[];
    size: number;
    used: number;
    bestFit: boolean;
  }[];
  images: {
    /** Value of the request's `image`. */
    id: string;
    title: string;
    node: string;
    shared: boolean;
    /** Smallest disk in GiB. */
    minimumDiskGb?: number;
    createdAt?: string;
  }[];
  network: {
    vlan: number | null;
    bridge: string;
    subnet: string;
    gateway: string;
    addressing: 'dhcp' | 'pool';
    /** Addresses left in the pool. */
    free?: number;
  };
  sizes: {
    name: string;
    title: string;
    cores: number;
    memoryMb: number;
    diskGb: number;
    allowed: boolean;
    reason?: string;
  }[];
  maximum: { cores: number; memoryMb: number; diskGb: number };
  quota: { owner: string; used: number; limit: number }[];
}

/** A problem with a request, at the field it belongs to. */
export interface CheckedProblem {
  id: string;
  field?: string;
  message: string;
}

import type { CheckedProblem, HostSummary } from './hosts';
import type {
  Diagnosis,
  HostKind,
  InfrastructureConfig,
  Impact,
  PlanSummary,
  ProvisionInput,
  ResizeRequest,
  RoleDescription,
  RunDocument,
  RunLogLine,
  RunRemedy,
  RunThing,
} from '@nante/model';
import type {
  ConnectionHealth,
  HostDetail,
  MonitoredHosts,
  NodeSummary,
  PlacementOptions,
} from './hosts';

/** `GET /hosts` */
export interface ListHostsResponse {
  hosts: HostSummary[];
  nodes: NodeSummary[];
  connections: ConnectionHealth[];
  /** Absent where no environment has telemetry, and before it was asked. */
  monitored?: MonitoredHosts;
}

/** `GET /hosts/:connection/:vmId`; `GET /servers/:name` for an onboarded server that is no guest, by its entity's name */
export type GetHostResponse = HostDetail;

/** `GET /runs?mine=true&state=failed&kind=deploy&door=workflow&limit=50&host=web-1&app=shop`; `kind` may name several, comma separated */
export interface ListRunsResponse {
  runs: RunDocument[];
}

/** `GET /runs/:id` */
export interface GetRunResponse {
  run: RunDocument;
  /** Median seconds of successful runs of the same kind; absent before the first. */
  usualSeconds?: number;
  /** Goal in seconds: 300 for a VM, 120 for a container, 180 for what concerns no host, such as a deployment. */
  targetSeconds: number;
  mayCancel: boolean;
}

/** `GET /runs/:id/log?after=-1` */
export interface GetRunLogResponse {
  lines: RunLogLine[];
}

/** `GET /placement?environment=dev&kind=vm` */
export type GetPlacementResponse = PlacementOptions;

/** `GET /environments?kind=vm`: what the signed-in person may choose. */
export interface ListEnvironmentsResponse {
  environments: {
    name: string;
    title: string;
    vlan: number | null;
    subnet: string;
    restricted: boolean;
    allowed: boolean;
    /** Where its hosts can become deployment targets: connection, and environment of Octopus where one is named. */
    octopus?: { connection: string; environment?: string };
  }[];
}

/**
 * `POST /check` with a request: all problems at once; an empty list is a request that can be made. A host that exists keeps
 * what is left out.
 */
export interface CheckRequest {
  request: Omit<ProvisionInput, 'requestedBy' | 'operator'>;
}
export interface CheckResponse {
  problems: CheckedProblem[];
}

/** `POST /plan` with a request: a real plan, nothing is changed. */
export interface PlanResponse {
  plan: PlanSummary;
}

/** `GET /roles`: software that a host can have. */
export interface ListRolesResponse {
  /** False where this portal has no Ansible: hosts are made and not configured. */
  available: boolean;
  roles: RoleDescription[];
}

/** `POST /resize-plan`: what a change of size would do; nothing is changed. */
export interface ResizePlanRequest {
  request: Omit<ResizeRequest, 'requestedBy' | 'operator'>;
}
export interface ResizePlanResponse {
  plan: PlanSummary;
  impact: Impact;
  /** Why, one line for each change. */
  reasons: string[];
}

/** `GET /runs/:id/inspection`: what exists of a run, asked now, and the ways out of it. */
export interface RunInspectionResponse {
  /** The run says that it works, and whoever executed it is gone. */
  interrupted: boolean;
  things: RunThing[];
  /** Each with what it will do; `allowed` counts in what the signed-in person may do. */
  remedies: RunRemedy[];
}

/** `GET /status`: what the shell shows. */
export interface StatusResponse {
  /** Present in the sandbox only. */
  sandbox?: {
    /** `nspawn`, `docker` or `record`. */
    guests: string;
    /** True when a guest is a Linux that one can log in to. */
    real: boolean;
    /** `stand-in`, or where the real provider came from. */
    provider: string;
  };
  connections: ConnectionHealth[];
}

export type { HostKind };

/** `GET /names?name=web-1&app=shop&environment=dev`: whether a host can have the name. */
export interface NameResponse {
  free: boolean;
  /** Why not, and what to do. */
  message?: string;
}

/** `POST /connections/:connection/accept`: an operator says that what is missing is really gone. */
export interface AcceptConnectionResponse {
  /** Guest ids that are no longer known. */
  gone: number[];
}

/** `GET /doctor?refresh=true`: what `nante doctor` checks, asked from the portal; for operators. */
export interface DoctorResponse {
  checks: Diagnosis[];
  /** ISO time of the checks. */
  checkedAt: string;
}

/** `GET /policy`: what may be asked for, as it is configured; names of secrets and addresses of systems are left out. */
export interface PolicyResponse {
  environments: {
    name: string;
    title: string;
    connection: string;
    vlan: number | null;
    subnet: string;
    addressing: 'dhcp' | 'pool';
    sizes: string[];
    restricted: boolean;
    mesh?: string;
    telemetry?: string;
  }[];
  sizes: {
    name: string;
    title: string;
    cores: number;
    memoryMb: number;
    diskGb: number;
    restricted: boolean;
  }[];
  policy: Pick<
    InfrastructureConfig['policy'],
    'nodes' | 'storages' | 'hostsPerOwner' | 'maximum' | 'kinds' | 'user'
  >;
}

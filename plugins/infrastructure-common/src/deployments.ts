import type {
  PackageChange,
  SelectedPackage,
  TargetHealth,
  TargetStyle,
  TaskState,
} from '@nante/model';

/** What a person may do, and why not. */
export interface Allowed {
  allowed: boolean;
  /** One sentence, where it is not allowed: missing permission, lifecycle, freeze, connection that is read-only. */
  reason?: string;
}

/** How old what is shown is. */
export interface SourceAge {
  /** Name of the connection. */
  connection: string;
  ok: boolean;
  /** ISO time of the last good answer; absent when there never was one. */
  lastSuccessAt?: string;
  /** Why the last try failed. */
  error?: string;
  /** It answers and is not believed: nothing came back where there was something. */
  doubt?: boolean;
}

/** An environment of Octopus: a column of the matrix. */
export interface DeploymentEnvironment {
  connection: string;
  id: string;
  name: string;
  /** Environment of ours, where one names it. */
  environment?: string;
  restricted: boolean;
  targets: {
    total: number;
    healthy: number;
    unhealthy: number;
    unknown: number;
  };
  /** Names of the freezes that hold now, for some project. */
  freezes: string[];
}

/** A cell of the matrix: a project in an environment. */
export interface DeploymentCell {
  environmentId: string;
  /** `never`: nothing was deployed yet; `unreachable`: its lifecycle does not lead here. */
  kind: 'deployed' | 'never' | 'unreachable';
  /** Newest attempt. */
  deploymentId?: string;
  releaseId?: string;
  version?: string;
  state?: TaskState;
  hasWarnings?: boolean;
  hasPendingInterruption?: boolean;
  /** ISO time at which it ended, or was queued. */
  at?: string;
  /** Newest success, where the newest attempt is none. */
  lastGood?: { version: string; deploymentId: string; at: string };
  /** How many releases it is behind the environment before it; absent where that cannot be told. */
  behind?: number;
  /** Releases that may be deployed here next, newest first, at most ten: in the first environments of a lifecycle any. */
  deploy?: Allowed & { versions: string[] };
  /** Takes what runs here with success, `version`, to the environment that comes next. */
  promote?: Allowed & { version: string; environmentId: string };
  redeploy?: Allowed;
  rollback?: Allowed;
}

/** A row of the matrix. */
export interface DeploymentProject {
  connection: string;
  id: string;
  name: string;
  slug: string;
  group: string;
  /** Component of the catalog that it is linked to, and its owner. */
  componentRef?: string;
  owner?: string;
  /** The signed-in person owns it. */
  isMine: boolean;
  isDisabled: boolean;
  cells: DeploymentCell[];
  /** Page of the project in Octopus. */
  url: string;
}

/** `GET /deployments`: the matrix. One answer for everybody but for `isMine` and what is allowed. */
export interface DeploymentMatrixResponse {
  environments: DeploymentEnvironment[];
  projects: DeploymentProject[];
  sources: SourceAge[];
  /** ISO time of the data. */
  observedAt?: string;
}

/** A node of a task's log. */
export interface DeploymentActivity {
  id: string;
  name: string;
  status: string;
  startedAt?: string;
  endedAt?: string;
  percentage: number;
  lines: { time: string; level: string; text: string }[];
  children: DeploymentActivity[];
}

/** A commit between two releases. */
export interface ReleaseCommit {
  id: string;
  comment: string;
  url?: string;
}

/** `GET /deployments/:connection/:deploymentId` */
export interface DeploymentDetailResponse {
  connection: string;
  id: string;
  taskId: string;
  project: {
    id: string;
    name: string;
    slug: string;
    componentRef?: string;
    owner?: string;
    url: string;
  };
  environment: {
    id: string;
    name: string;
    environment?: string;
    restricted: boolean;
  };
  release: {
    id: string;
    version: string;
    channel: string;
    /** Text, never HTML. */
    notes: string;
    assembledAt: string;
    url: string;
  };
  /** With the page of the artifact's component where we know it. */
  packages: (SelectedPackage & { artifactUrl?: string })[];
  /** Success before this one in the environment, and what changed since. */
  previous?: { version: string; deploymentId: string };
  changes: PackageChange[];
  commits: ReleaseCommit[];
  state: TaskState;
  /** ISO times. */
  queuedAt: string;
  startedAt?: string;
  finishedAt?: string;
  /** Of the whole task, waiting in the queue included; while it runs, so far. */
  seconds?: number;
  /** Goal in seconds from queued to done: 180. */
  targetSeconds: number;
  /** Tasks before it, where it waits. */
  queuedBehind: number;
  deployedBy: string;
  comments: string;
  targets: {
    machineId: string;
    name: string;
    /** Of its part of the log; absent where the log does not say. */
    status?: string;
    health: TargetHealth | 'gone';
    /** Entity of the host, where it is one of ours. */
    hostRef?: string;
  }[];
  activities: DeploymentActivity[];
  interruptions: {
    id: string;
    title: string;
    instructions: string;
    answers: string[];
    isPending: boolean;
    responsibleUser?: string;
    answer: Allowed;
  }[];
  /** Run of ours that made it. */
  runId?: string;
  url: string;
  promote: (Allowed & {
    environmentId: string;
    environmentName: string;
    restricted?: boolean;
  })[];
  redeploy: Allowed;
  /** Releases that were deployed here with success, newest first; the first is the one that a rollback takes. */
  rollback: Allowed & {
    releases: { version: string; at: string; changes: PackageChange[] }[];
  };
  cancel: Allowed;
}

/** `POST /deployments/:connection/interruptions/:id` answers a manual intervention or a guided failure. */
export interface AnswerInterruptionRequest {
  deploymentId: string;
  result: string;
  notes?: string;
}

/**
 * `POST /deployments/runs`: starts a run and answers at once; its page is `/runs/<runId>`. The same `requestId` never starts
 * two.
 */
export interface StartDeploymentRequest {
  requestId: string;
  /** `release` makes one of an artifact's version, and needs no environment. */
  action: 'release' | 'deploy' | 'rollback' | 'cancel';
  connection: string;
  projectId: string;
  /** Left out for `release` alone. */
  environmentId?: string;
  /** Of the release; for `rollback` it may be left out. */
  version?: string;
  /** Of the packages of a new release; its own version unless given. */
  packageVersion?: string;
  /** Of the deployment, for `cancel`. */
  deploymentId?: string;
  /** Installs again what is there. */
  force?: boolean;
  comment?: string;
  /** Name of the environment, where it is restricted. */
  confirm?: string;
}
export interface StartDeploymentResponse {
  /** Absent after the cancel of a task that is no run of ours. */
  runId?: string;
}

/** The deployment target that a host is. */
export interface HostTarget {
  connection: string;
  machineId: string;
  name: string;
  environments: string[];
  roles: string[];
  style: TargetStyle | 'other';
  health: TargetHealth;
  healthSummary: string;
  /** One sentence, where what we recorded and what Octopus says disagree: target gone, another thumbprint. */
  disagreement?: string;
  isDisabled: boolean;
  agentVersion?: string;
  url: string;
  /** What runs on it: newest success of each project that went to it. */
  releases: {
    projectId: string;
    projectName: string;
    version: string;
    environment: string;
    deploymentId: string;
    at: string;
    /** Component of the catalog that the project is linked to. */
    componentRef?: string;
  }[];
  /** ISO time of the data. */
  observedAt: string;
}

/** `GET /targets/:connection/:vmId` for a guest, `GET /targets/server/:name` for a server: targets of one host. */
export interface HostTargetsResponse {
  /** Octopus connection of the host's environment; absent where it has none. */
  connection?: string;
  targets: HostTarget[];
  sources: SourceAge[];
}

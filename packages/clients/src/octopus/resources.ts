import type { TargetHealth, TargetStyle, TaskState } from '@nante/model';

/** What the key lets us do, and where we are. */
export interface OctopusAccess {
  /** Of the server, for example `2026.3.1234`. */
  version: string;
  spaceId: string;
  spaceName: string;
  /** Name of the key's user. */
  user: string;
  /** Names of the permissions that it has in the space, such as `MachineCreate`; sorted. */
  permissions: string[];
}

export interface OctopusEnvironment {
  id: string;
  name: string;
  slug: string;
  /** Order in which Octopus shows them. */
  sortOrder: number;
}

export interface OctopusLifecycle {
  id: string;
  name: string;
  /** In their order; environment ids. A phase without environments stands for all that no other phase names. */
  phases: {
    name: string;
    automatic: string[];
    optional: string[];
    /** Environments of the phase that a release has to reach before the next; 0: all. */
    minimum: number;
    isOptional: boolean;
  }[];
}

export interface OctopusProjectGroup {
  id: string;
  name: string;
}

export interface OctopusProject {
  id: string;
  name: string;
  slug: string;
  groupId: string;
  lifecycleId: string;
  processId: string;
  isDisabled: boolean;
  description: string;
}

/** A package that a step of a process deploys. */
export interface ProcessPackage {
  step: string;
  action: string;
  /** Name of the reference in a step with several packages; empty for the step's own. */
  reference: string;
  packageId: string;
  feedId: string;
}

export interface OctopusProcess {
  id: string;
  projectId: string;
  version: number;
  packages: ProcessPackage[];
  steps: { name: string; roles: string[]; actionTypes: string[] }[];
}

export interface OctopusChannel {
  id: string;
  name: string;
  projectId: string;
  /** Empty: the project's. */
  lifecycleId: string;
  isDefault: boolean;
}

export interface OctopusRelease {
  id: string;
  version: string;
  projectId: string;
  channelId: string;
  /** ISO time. */
  assembledAt: string;
  notes: string;
  packages: { action: string; reference: string; version: string }[];
  /** Commits and builds of its packages, where build information was pushed; newest first. */
  builds: {
    packageId: string;
    version: string;
    commit?: string;
    commitUrl?: string;
    branch?: string;
    buildUrl?: string;
    commits: { id: string; comment: string; url?: string }[];
  }[];
}

export interface OctopusDeployment {
  id: string;
  projectId: string;
  environmentId: string;
  releaseId: string;
  channelId: string;
  taskId: string;
  /** ISO time. */
  createdAt: string;
  deployedBy: string;
  comments: string;
  /** Targets that it went to, by id; empty before it ran. */
  machineIds: string[];
  /** A failure asks a person what to do. */
  usesGuidedFailure: boolean;
}

/** Newest deployment of a project to an environment. */
export interface DashboardItem {
  projectId: string;
  environmentId: string;
  releaseId: string;
  releaseVersion: string;
  deploymentId: string;
  taskId: string;
  state: TaskState;
  /** ISO times. */
  queuedAt: string;
  startedAt?: string;
  completedAt?: string;
  hasWarningsOrErrors: boolean;
  hasPendingInterruptions: boolean;
  /** The release may not go further. */
  isBlocked: boolean;
}

/** What `GET dashboard` says: one request for a whole space. */
export interface OctopusDashboard {
  groups: OctopusProjectGroup[];
  projects: Pick<
    OctopusProject,
    'id' | 'name' | 'slug' | 'groupId' | 'isDisabled'
  >[];
  /** In the order of Octopus. */
  environments: Pick<OctopusEnvironment, 'id' | 'name'>[];
  /** Newest attempt of each project and environment. */
  items: DashboardItem[];
  /** Newest success before the newest attempt, where that one is no success. */
  previousItems: DashboardItem[];
  /** Environments that a project can reach, by project id; absent for a project whose environments are not said. */
  environmentsOf: Record<string, string[]>;
}

/** What `GET projects/{id}/progression` says: releases, newest first, and where each was deployed. */
export interface OctopusProgression {
  releases: {
    release: Pick<OctopusRelease, 'id' | 'version' | 'channelId'> & {
      assembledAt: string;
    };
    deployments: DashboardItem[];
    /** Environments that it may go to next. */
    nextEnvironments: string[];
    hasUnresolvedDefect: boolean;
  }[];
}

export interface OctopusMachine {
  id: string;
  name: string;
  environmentIds: string[];
  /** Target tags. */
  roles: string[];
  style: TargetStyle | 'other';
  /** Octopus' own word for how it reaches it, such as `TentaclePassive`. */
  communicationStyle: string;
  /** Where it is reached: host name or address; absent for a polling Tentacle. */
  host?: string;
  port?: number;
  /** `poll://…` of a polling Tentacle. */
  pollingId?: string;
  /** Certificate of the Tentacle; host key fingerprint of SSH. */
  thumbprint?: string;
  accountId?: string;
  health: TargetHealth;
  /** One sentence of Octopus. */
  healthSummary: string;
  isDisabled: boolean;
  policyId: string;
  /** Version of the Tentacle, where it is one. */
  agentVersion?: string;
  operatingSystem?: string;
}

/** A machine before it is saved. */
export interface NewMachine {
  name: string;
  environmentIds: string[];
  roles: string[];
  policyId?: string;
  endpoint:
    | {
        style: 'ssh';
        host: string;
        port: number;
        fingerprint: string;
        accountId: string;
      }
    | { style: 'listening'; host: string; port: number; thumbprint: string }
    | { style: 'polling'; pollingId: string; thumbprint: string }
    | {
        style: 'kubernetes';
        url: string;
        namespace: string;
        accountId: string;
        certificateId?: string;
      };
}

export interface OctopusTask {
  id: string;
  /** `Deploy`, `Health`, … */
  name: string;
  description: string;
  state: TaskState;
  isCompleted: boolean;
  /** Octopus' own verdict; a task that timed out or was cancelled never has it. */
  finishedSuccessfully: boolean;
  hasWarningsOrErrors: boolean;
  hasPendingInterruptions: boolean;
  errorMessage: string;
  /** ISO times. */
  queuedAt: string;
  startedAt?: string;
  completedAt?: string;
}

export interface TaskLogLine {
  time: string;
  level: 'trace' | 'info' | 'warn' | 'error';
  text: string;
}

/** A node of a task's log. */
export interface TaskActivity {
  id: string;
  name: string;
  status:
    | 'Pending'
    | 'Running'
    | 'Success'
    | 'Failed'
    | 'Skipped'
    | 'SuccessWithWarning'
    | 'Canceled';
  startedAt?: string;
  endedAt?: string;
  percentage: number;
  lines: TaskLogLine[];
  children: TaskActivity[];
}

export interface TaskDetails {
  task: OctopusTask;
  activities: TaskActivity[];
  /** Tasks before it in the queue, where it waits. */
  queuedBehind: number;
}

/** A question that a task waits for. */
export interface OctopusInterruption {
  id: string;
  taskId: string;
  title: string;
  isPending: boolean;
  /** Guided failure instead of a manual intervention. */
  isFailure: boolean;
  /** May be set to us: the key's user may take responsibility. */
  canTakeResponsibility: boolean;
  hasResponsibility: boolean;
  responsibleUser?: string;
  /** What the person reads. */
  instructions: string;
  /** Answers that it takes: `Proceed`, `Abort`; of a guided failure `Fail`, `Retry`, `Ignore`, `Exclude`. */
  answers: string[];
}

export interface OctopusFreeze {
  id: string;
  name: string;
  start: string;
  end: string;
  /** Environment ids by project id. */
  scope: Record<string, string[]>;
}

export interface OctopusEvent {
  id: string;
  category: string;
  /** ISO time. */
  occurredAt: string;
  username: string;
  message: string;
  /** Ids of what it is about. */
  documentIds: string[];
}

export interface Page<T> {
  items: T[];
  total: number;
}

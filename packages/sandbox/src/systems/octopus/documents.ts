import type { DeploymentPosition } from './tasks/work';

/**
 * What the server keeps, in the vendor's shapes. `Links`, and whatever follows from the rest (a task's `IsCompleted`), are
 * added when they are answered; absent stands for the vendor's null. Times are ISO 8601 in UTC.
 */
export interface OctopusDocument {
  Id: string;
}

/** A document of one space. */
export interface SpaceDocument extends OctopusDocument {
  SpaceId: string;
}

export interface NamedDocument extends SpaceDocument {
  Name: string;
  Slug: string;
  Description: string;
}

export interface Space extends OctopusDocument {
  Name: string;
  Slug: string;
  Description: string;
  IsDefault: boolean;
  TaskQueueStopped: boolean;
}

export interface Environment extends NamedDocument {
  SortOrder: number;
  UseGuidedFailure: boolean;
  AllowDynamicInfrastructure: boolean;
}

export interface Phase {
  Id: string;
  Name: string;
  AutomaticDeploymentTargets: string[];
  OptionalDeploymentTargets: string[];
  /** 0: all of them. */
  MinimumEnvironmentsBeforePromotion: number;
  IsOptionalPhase: boolean;
}

export interface Lifecycle extends NamedDocument {
  /** None: one phase for each environment, in their order. */
  Phases: Phase[];
}

export type ProjectGroup = NamedDocument;

export interface Project extends NamedDocument {
  ProjectGroupId: string;
  LifecycleId: string;
  DeploymentProcessId: string;
  VariableSetId: string;
  IsDisabled: boolean;
  DefaultGuidedFailureMode: 'EnvironmentDefault' | 'Off' | 'On';
  ProjectConnectivityPolicy?: {
    SkipMachineBehavior?: 'None' | 'SkipUnavailableMachines';
    ExcludeUnhealthyTargets?: boolean;
    AllowDeploymentsToNoTargets?: boolean;
  };
}

/** Value of a property: text, or a sensitive one. */
export type PropertyValue = string | SensitiveValue;

export interface SensitiveValue {
  HasValue: boolean;
  NewValue: string | null;
  Hint?: string | null;
}

export interface PackageReference {
  Id: string;
  /** Empty: the step's own package. */
  Name: string;
  PackageId: string;
  FeedId: string;
  AcquisitionLocation: string;
  Properties: Record<string, string>;
}

export interface ProcessAction {
  Id: string;
  Name: string;
  Slug: string;
  /** For example `Octopus.TentaclePackage`, `Octopus.Script`, `Octopus.Manual`. */
  ActionType: string;
  IsDisabled: boolean;
  IsRequired: boolean;
  Environments: string[];
  ExcludedEnvironments: string[];
  Channels: string[];
  Packages: PackageReference[];
  Condition: 'Success' | 'Variable';
  Properties: Record<string, PropertyValue>;
  [more: string]: unknown;
}

export interface ProcessStep {
  Id: string;
  Name: string;
  Slug: string;
  Condition: 'Success' | 'Failure' | 'Always' | 'Variable';
  StartTrigger: 'StartAfterPrevious' | 'StartWithPrevious';
  PackageRequirement: string;
  /** `Octopus.Action.TargetRoles`: comma separated target tags; absent where the step runs on the server. */
  Properties: Record<string, PropertyValue>;
  Actions: ProcessAction[];
}

/** A deployment process, or a snapshot of one: releases name the snapshot that they were made with. */
export interface DeploymentProcess extends SpaceDocument {
  ProjectId: string;
  Version: number;
  Steps: ProcessStep[];
}

export interface Channel extends NamedDocument {
  ProjectId: string;
  /** Absent: the project's. */
  LifecycleId?: string;
  IsDefault: boolean;
  Rules: {
    VersionRange?: string;
    Tag?: string;
    ActionPackages: { DeploymentAction: string; PackageReference: string }[];
  }[];
}

export interface SelectedPackage {
  ActionName: string;
  PackageReferenceName: string;
  StepName?: string;
  Version: string;
}

export interface Release extends SpaceDocument {
  Version: string;
  ProjectId: string;
  ChannelId: string;
  Assembled: string;
  ReleaseNotes?: string;
  IgnoreChannelRules: boolean;
  SelectedPackages: SelectedPackage[];
  /** Id in `deploymentprocesses`. */
  ProjectDeploymentProcessSnapshotId: string;
}

export interface Defect extends SpaceDocument {
  ReleaseId: string;
  Description: string;
  Status: 'Unresolved' | 'Resolved';
}

export interface Deployment extends SpaceDocument {
  Name: string;
  ProjectId: string;
  EnvironmentId: string;
  ReleaseId: string;
  ChannelId: string;
  TaskId: string;
  DeploymentProcessId: string;
  Created: string;
  DeployedBy: string;
  DeployedById: string;
  Comments: string;
  ForcePackageDownload: boolean;
  ForcePackageRedeployment: boolean;
  UseGuidedFailure: boolean;
  /** By id; none: all that the process means. */
  SpecificMachineIds: string[];
  ExcludedMachineIds: string[];
  SkipActions: string[];
  FormValues: Record<string, string>;
  /** Written while it runs. */
  DeployedToMachineIds: string[];
  FailureEncountered: boolean;
}

export type TaskState =
  | 'Queued'
  | 'Executing'
  | 'Cancelling'
  | 'Success'
  | 'Failed'
  | 'Canceled'
  | 'TimedOut';

export interface ServerTask extends OctopusDocument {
  /** Absent: of the whole server. */
  SpaceId?: string;
  /** `Deploy`, `Health`, `AdHocScript`, … */
  Name: string;
  Description: string;
  /** `Deploy`: `DeploymentId`. `Health`: `MachineIds`, `EnvironmentId`, `Timeout`, `MachineTimeout`. */
  Arguments: Record<string, unknown>;
  ProjectId?: string;
  State: TaskState;
  QueueTime: string;
  QueueTimeExpiry?: string;
  StartTime?: string;
  LastUpdatedTime: string;
  CompletedTime?: string;
  ErrorMessage?: string;
  HasWarningsOrErrors: boolean;
  HasPendingInterruptions: boolean;
  HasBeenPickedUpByProcessor: boolean;
  ServerNode?: string;
}

/** A node of a task's log, as `tasks/{id}/details` has it. */
export interface ActivityElement {
  Id: string;
  Name: string;
  Status:
    | 'Pending'
    | 'Running'
    | 'Success'
    | 'Failed'
    | 'Skipped'
    | 'SuccessWithWarning'
    | 'Canceled';
  Started?: string;
  Ended?: string;
  ShowAtSummaryLevel: boolean;
  ProgressPercentage: number;
  ProgressMessage: string;
  LogElements: {
    Number: number;
    Category:
      'Verbose' | 'Info' | 'Highlight' | 'Wait' | 'Warning' | 'Error' | 'Fatal';
    OccurredAt: string;
    MessageText: string;
    Detail?: string;
  }[];
  Children: ActivityElement[];
}

/** The log of a task, under the task's id. */
export interface TaskLog extends OctopusDocument {
  Activities: ActivityElement[];
  /** Of a deployment that waits for a person. */
  Position?: DeploymentPosition;
}

export interface Interruption extends SpaceDocument {
  Title: string;
  Type: 'ManualIntervention' | 'GuidedFailure';
  TaskId: string;
  Created: string;
  IsPending: boolean;
  ResponsibleTeamIds: string[];
  ResponsibleUserId?: string;
  /** Ids of deployment, project, environment and task. */
  RelatedDocumentIds: string[];
  CorrelationId: string;
  Form: {
    Values: Record<string, string>;
    Elements: {
      Name: string;
      Control: Record<string, unknown>;
      IsValueRequired: boolean;
    }[];
  };
}

export type HealthStatus =
  'Healthy' | 'HasWarnings' | 'Unhealthy' | 'Unavailable' | 'Unknown';

/** How the server reaches a machine; fields by `CommunicationStyle` as the vendor's subtypes have them. */
export interface Endpoint {
  CommunicationStyle: string;
  /** Of a Tentacle: `https://host:10933/` or `poll://…/`; of SSH `ssh://host:22/`. */
  Uri?: string;
  Thumbprint?: string;
  /** SSH. */
  Host?: string;
  Port?: number;
  Fingerprint?: string;
  AccountId?: string;
  /** Kubernetes. */
  ClusterUrl?: string;
  Namespace?: string;
  [more: string]: unknown;
}

export interface Machine extends SpaceDocument {
  Name: string;
  Slug: string;
  EnvironmentIds: string[];
  Roles: string[];
  MachinePolicyId: string;
  IsDisabled: boolean;
  /** A task works on it. */
  IsInProcess: boolean;
  HealthStatus: HealthStatus;
  StatusSummary: string;
  HasLatestCalamari: boolean;
  Endpoint: Endpoint;
  OperatingSystem?: string;
  ShellName?: string;
  ShellVersion?: string;
  Architecture?: string;
  SkipInitialHealthCheck: boolean;
  TenantedDeploymentParticipation: string;
  /** What the last check found, for `machines/{id}/connection`. */
  Connection?: {
    LastChecked: string;
    Status: 'Online' | 'Offline' | 'Unknown';
    CurrentTentacleVersion?: string;
    Logs: string[];
  };
}

export interface MachinePolicy extends SpaceDocument {
  Name: string;
  Description: string;
  IsDefault: boolean;
  /** The vendor's groups of settings, as they were sent. */
  Settings: Record<string, unknown>;
}

/** Fields of the subtype beside; secrets are `{ HasValue, NewValue: null }` here and stand in `secrets`. */
export interface Account extends NamedDocument {
  AccountType: string;
  EnvironmentIds: string[];
  Username?: string;
  [more: string]: unknown;
}

export interface Certificate extends SpaceDocument {
  Name: string;
  Thumbprint: string;
  [more: string]: unknown;
}

export interface Feed extends SpaceDocument {
  Name: string;
  Slug: string;
  FeedType: string;
  FeedUri?: string;
  Username?: string;
  [more: string]: unknown;
}

export interface DeploymentFreeze extends OctopusDocument {
  Name: string;
  Description: string;
  Start: string;
  End: string;
  /** Environment ids by project id. */
  ProjectEnvironmentScope: Record<string, string[]>;
}

export interface OctopusEvent extends OctopusDocument {
  SpaceId?: string;
  Category: string;
  Occurred: string;
  UserId: string;
  Username: string;
  Message: string;
  RelatedDocumentIds: string[];
}

export interface BuildInformation extends SpaceDocument {
  PackageId: string;
  Version: string;
  Created: string;
  BuildEnvironment?: string;
  BuildNumber?: string;
  BuildUrl?: string;
  Branch?: string;
  VcsType?: string;
  VcsRoot?: string;
  VcsCommitNumber?: string;
  VcsCommitUrl?: string;
  Commits: { Id: string; Comment: string; LinkUrl?: string }[];
}

/** A sensitive value; its id is `<document id>.<field>`, for example `Accounts-1.PrivateKeyFile`. */
export interface Secret extends OctopusDocument {
  Value: string;
}

/** All collections, under the vendor's words for their routes. */
export interface Collections {
  spaces: Space;
  environments: Environment;
  lifecycles: Lifecycle;
  projectgroups: ProjectGroup;
  projects: Project;
  deploymentprocesses: DeploymentProcess;
  channels: Channel;
  releases: Release;
  defects: Defect;
  deployments: Deployment;
  tasks: ServerTask;
  tasklogs: TaskLog;
  interruptions: Interruption;
  machines: Machine;
  machinepolicies: MachinePolicy;
  accounts: Account;
  certificates: Certificate;
  feeds: Feed;
  deploymentfreezes: DeploymentFreeze;
  events: OctopusEvent;
  buildinformation: BuildInformation;
  secrets: Secret;
}

export type CollectionName = keyof Collections;

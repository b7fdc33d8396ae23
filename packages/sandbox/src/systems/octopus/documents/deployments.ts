import type { DeploymentPosition } from '../tasks/work';
import type { OctopusDocument, SpaceDocument } from './common';

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

export interface DeploymentFreeze extends OctopusDocument {
  Name: string;
  Description: string;
  Start: string;
  End: string;
  /** Environment ids by project id. */
  ProjectEnvironmentScope: Record<string, string[]>;
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

import type { NamedDocument, PropertyValue, SpaceDocument } from './common';

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

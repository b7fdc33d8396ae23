import type {
  Channel,
  DeploymentProcess,
  Environment,
  Lifecycle,
  Project,
  ProjectGroup,
  Space,
} from '../documents';
import { forever, linkTo, type Answer } from './answer';

export function spaceAnswer(space: Space): Answer {
  const self = `/api/spaces/${space.Id}`;
  return {
    ...space,
    SpaceManagersTeams: ['teams-administrators'],
    SpaceManagersTeamMembers: [],
    IsPrivate: false,
    Links: {
      Self: self,
      SpaceHome: `/api/${space.Id}`,
      Web: `/app#/${space.Id}`,
      Logo: `${self}/logo`,
    },
  };
}

export function environmentAnswer(environment: Environment): Answer {
  const self = linkTo(environment, 'environments');
  return {
    ...environment,
    EnvironmentTags: [],
    ExtensionSettings: [],
    Links: {
      Self: self,
      Machines: `${self}/machines{?skip,take,partialName,roles,isDisabled,healthStatuses,commStyles}`,
    },
  };
}

export function lifecycleAnswer(lifecycle: Lifecycle): Answer {
  const self = linkTo(lifecycle, 'lifecycles');
  return {
    ...lifecycle,
    Phases: lifecycle.Phases.map(phase => ({
      ...phase,
      IsPriorityPhase: false,
      ReleaseRetentionPolicy: null,
      TentacleRetentionPolicy: null,
    })),
    ReleaseRetentionPolicy: forever,
    TentacleRetentionPolicy: forever,
    Links: {
      Self: self,
      Preview: `${self}/preview`,
      Projects: `${self}/projects`,
    },
  };
}

export function projectGroupAnswer(group: ProjectGroup): Answer {
  const self = linkTo(group, 'projectgroups');
  return {
    ...group,
    EnvironmentIds: [],
    RetentionPolicyId: null,
    Links: { Self: self, Projects: `${self}/projects` },
  };
}

export function projectAnswer(project: Project): Answer {
  const self = linkTo(project, 'projects');
  return {
    ...project,
    IsVersionControlled: false,
    PersistenceSettings: { Type: 'Database' },
    TenantedDeploymentMode: 'Untenanted',
    DiscreteChannelRelease: false,
    DefaultToSkipIfAlreadyInstalled: false,
    IncludedLibraryVariableSetIds: [],
    AutoCreateRelease: false,
    ClonedFromProjectId: null,
    VersioningStrategy: {
      Template:
        '#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}',
      DonorPackage: null,
    },
    ReleaseCreationStrategy: { ChannelId: null, ReleaseCreationPackage: null },
    ProjectConnectivityPolicy: {
      AllowDeploymentsToNoTargets: false,
      ExcludeUnhealthyTargets: false,
      SkipMachineBehavior: 'None',
      TargetRoles: [],
    },
    Templates: [],
    ExtensionSettings: [],
    ReleaseNotesTemplate: null,
    DeploymentChangesTemplate: null,
    Links: {
      Self: self,
      Releases: `${self}/releases{/version}{?skip,take,searchByVersion}`,
      Channels: `${self}/channels{/id}{?skip,take,partialName}`,
      Progression: `${self}/progression{?releaseHistoryCount}`,
      DeploymentProcess: `/api/${project.SpaceId}/deploymentprocesses/${project.DeploymentProcessId}`,
      Web: `/app#/${project.SpaceId}/projects/${project.Slug}`,
    },
  };
}

export function processAnswer(process: DeploymentProcess): Answer {
  const self = linkTo(process, 'deploymentprocesses');
  return {
    ...process,
    LastSnapshotId: null,
    Links: {
      Self: self,
      Project: `/api/${process.SpaceId}/projects/${process.ProjectId}`,
      Template: `${self}/template{?channel,releaseId}`,
    },
  };
}

export function channelAnswer(channel: Channel): Answer {
  const self = linkTo(channel, 'channels');
  return {
    ...channel,
    LifecycleId: channel.LifecycleId ?? null,
    TenantTags: [],
    GitReferenceRules: [],
    GitResourceRules: [],
    Links: {
      Self: self,
      Releases: `${self}/releases{?skip,take}`,
      Project: `/api/${channel.SpaceId}/projects/${channel.ProjectId}`,
    },
  };
}

import type {
  Account,
  Channel,
  Deployment,
  DeploymentProcess,
  Environment,
  Feed,
  Lifecycle,
  Machine,
  MachinePolicy,
  Project,
  ProjectGroup,
  ServerTask,
  Space,
} from './documents';

/** What Octopus answers of a document: its fields and where more of it is found. */
export type Answer = Record<string, unknown>;

const forever = { Unit: 'Days', QuantityToKeep: 0, ShouldKeepForever: true };

/** Link to a document of a space. */
export function linkTo(
  { Id, SpaceId }: { Id: string; SpaceId: string },
  route: string,
): string {
  return `/api/${SpaceId}/${route}/${Id}`;
}

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

export function deploymentAnswer(deployment: Deployment): Answer {
  const { SpaceId } = deployment;
  return {
    ...deployment,
    TenantId: null,
    QueueTime: null,
    QueueTimeExpiry: null,
    ManifestVariableSetId: `variableset-${deployment.Id}`,
    FailTargetDiscovery: false,
    TentacleRetentionPeriod: forever,
    Changes: [],
    ChangesMarkdown: '',
    Links: {
      Self: linkTo(deployment, 'deployments'),
      Environment: `/api/${SpaceId}/environments/${deployment.EnvironmentId}`,
      Release: `/api/${SpaceId}/releases/${deployment.ReleaseId}`,
      Project: `/api/${SpaceId}/projects/${deployment.ProjectId}`,
      Task: `/api/tasks/${deployment.TaskId}`,
      Interruptions: `/api/${SpaceId}/interruptions?regarding=${deployment.Id}`,
      Web: `/app#/${SpaceId}/deployments/${deployment.Id}`,
    },
  };
}

export const completedStates = ['Success', 'Failed', 'Canceled', 'TimedOut'];

export function taskAnswer(task: ServerTask): Answer {
  const self = `/api/tasks/${task.Id}`;
  const isCompleted = completedStates.includes(task.State);
  return {
    ...task,
    SpaceId: task.SpaceId ?? null,
    ProjectId: task.ProjectId ?? null,
    QueueTimeExpiry: task.QueueTimeExpiry ?? null,
    StartTime: task.StartTime ?? null,
    CompletedTime: task.CompletedTime ?? null,
    Completed: completedText(task),
    Duration: durationText(task),
    ErrorMessage: task.ErrorMessage ?? '',
    IsCompleted: isCompleted,
    FinishedSuccessfully: task.State === 'Success',
    CanRerun: isCompleted && task.Name === 'Health',
    ServerNode: task.ServerNode ?? null,
    EstimatedRemainingQueueDurationSeconds: 0,
    UnmetPreconditions: [],
    Links: {
      Self: self,
      Web: `/app#/${task.SpaceId ?? ''}/tasks/${task.Id}`,
      Raw: `${self}/raw`,
      Rerun: `/api/tasks/rerun/${task.Id}`,
      Cancel: `${self}/cancel`,
      State: `${self}/state`,
      QueuedBehind: `${self}/queued-behind{?skip,take}`,
      Details: `${self}/details{?verbose,tail,ranges}`,
      Interruptions: `/api/interruptions?regarding=${task.Id}`,
    },
  };
}

function completedText({ CompletedTime, State, StartTime }: ServerTask) {
  if (CompletedTime) return new Date(CompletedTime).toUTCString();
  if (State === 'Cancelling') return 'Cancelling...';
  return StartTime ? 'Executing...' : 'Queued...';
}

/** How long a task ran so far, as the vendor writes it: `32 seconds`. */
export function durationText({
  StartTime,
  CompletedTime,
}: Pick<ServerTask, 'StartTime' | 'CompletedTime'>): string {
  if (!StartTime) return '0 seconds';
  const end = CompletedTime ? Date.parse(CompletedTime) : Date.now();
  const seconds = Math.max(0, Math.round((end - Date.parse(StartTime)) / 1000));
  if (seconds < 60) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} minute${minutes === 1 ? '' : 's'}`;
}

export function machineAnswer(machine: Machine): Answer {
  const { Connection: _connection, ...fields } = machine;
  const { Endpoint } = machine;
  const self = linkTo(machine, 'machines');
  return {
    ...fields,
    Thumbprint: Endpoint.Thumbprint ?? null,
    Uri: Endpoint.Uri ?? null,
    TenantIds: [],
    TenantTags: [],
    OperatingSystem: machine.OperatingSystem ?? 'Unknown',
    ShellName: machine.ShellName ?? 'Unknown',
    ShellVersion: machine.ShellVersion ?? 'Unknown',
    Architecture: machine.Architecture ?? 'Unknown',
    Endpoint: {
      Id: null,
      LastModifiedOn: null,
      LastModifiedBy: null,
      ...Endpoint,
      Links: {},
    },
    Links: {
      Self: self,
      Connection: `${self}/connection`,
      TasksTemplate: `${self}/tasks{?skip,take,type}`,
      Web: `/app#/${machine.SpaceId}/infrastructure/machines/${machine.Id}`,
    },
  };
}

export function machinePolicyAnswer(policy: MachinePolicy): Answer {
  const { Settings, ...fields } = policy;
  const self = linkTo(policy, 'machinepolicies');
  return {
    ...fields,
    ...Settings,
    Links: {
      Self: self,
      Machines: `${self}/machines`,
      Template: `/api/${policy.SpaceId}/machinepolicies/template`,
    },
  };
}

export function accountAnswer(account: Account): Answer {
  const self = linkTo(account, 'accounts');
  return {
    TenantedDeploymentParticipation: 'Untenanted',
    TenantIds: [],
    TenantTags: [],
    ...account,
    Links: { Self: self, Usages: `${self}/usages` },
  };
}

export function feedAnswer(feed: Feed): Answer {
  const self = linkTo(feed, 'feeds');
  return {
    PackageAcquisitionLocationOptions:
      feed.FeedType === 'Docker'
        ? ['NotAcquired']
        : ['Server', 'ExecutionTarget', 'NotAcquired'],
    ...feed,
    Links: {
      Self: self,
      SearchPackageVersionsTemplate: `${self}/packages/versions{?packageId,take,skip,includePreRelease,versionRange,preReleaseTag,filter}`,
      SearchPackagesTemplate: `${self}/packages/search{?term,take,skip}`,
    },
  };
}

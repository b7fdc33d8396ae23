import { createRandom } from '../../../seed/random';
import type { TaskState } from '../documents';
import { snapshotProcess } from '../releases';
import type { OctopusState } from '../state';
import { seededIds } from './ids';
import { packageStep } from './steps';

const SpaceId = seededIds.space;
const environments = [
  seededIds.development,
  seededIds.staging,
  seededIds.production,
];
const hour = 3_600_000;
/** Releases of each project. */
const releasesEach = 5;

/** How large. */
export interface CompanySize {
  projects: number;
  machines: number;
  deployments: number;
}

/**
 * Adds a large company to what is there, for figures: projects with five releases each, targets in three environments, and
 * deployments of the last weeks, about one in twelve of which failed. Names count on, so that it may be done twice.
 */
export function seedLargeCompany(
  state: OctopusState,
  seed: number,
  size: CompanySize,
): void {
  state.batch(() => {
    const projects = addProjects(state, size.projects);
    addMachines(state, seed, size.machines);
    addDeployments(state, seed, projects, size.deployments);
  });
}

interface LargeProject {
  id: string;
  name: string;
  channelId: string;
  releases: string[];
}

function addProjects(state: OctopusState, count: number): LargeProject[] {
  const start = Date.now() - 30 * 24 * hour;
  return Array.from({ length: count }, () => {
    const Id = state.nextId('Projects');
    const number = Id.slice(Id.indexOf('-') + 1).padStart(4, '0');
    const name = `Service ${number}`;
    const slug = `service-${number}`;
    const project = state.insert('projects', 'Projects', {
      Id,
      SpaceId,
      Name: name,
      Slug: slug,
      Description: '',
      ProjectGroupId: 'ProjectGroups-3',
      LifecycleId: seededIds.lifecycle,
      DeploymentProcessId: `deploymentprocess-${Id}`,
      VariableSetId: `variableset-${Id}`,
      IsDisabled: false,
      DefaultGuidedFailureMode: 'EnvironmentDefault',
    });
    const step = packageStep(`Deploy ${slug}`, {
      packageId: `com.example:${slug}`,
      tag: slug,
    });
    state.insert('deploymentprocesses', 'deploymentprocess', {
      Id: project.DeploymentProcessId,
      SpaceId,
      ProjectId: Id,
      Version: 1,
      Steps: [step],
    });
    const channel = state.insert('channels', 'Channels', {
      SpaceId,
      ProjectId: Id,
      Name: 'Default',
      Slug: 'default',
      Description: '',
      IsDefault: true,
      Rules: [],
    });
    const processId = snapshotProcess(state, project);
    const releases = Array.from({ length: releasesEach }, (_, index) =>
      addRelease(state, project.Id, channel.Id, {
        version: `1.${index}.0`,
        step: step.Name,
        processId,
        at: start + index * 24 * hour,
      }),
    );
    return { id: Id, name, channelId: channel.Id, releases };
  });
}

function addRelease(
  state: OctopusState,
  ProjectId: string,
  ChannelId: string,
  release: { version: string; step: string; processId: string; at: number },
): string {
  return state.insert('releases', 'Releases', {
    SpaceId,
    Version: release.version,
    ProjectId,
    ChannelId,
    Assembled: iso(release.at),
    IgnoreChannelRules: false,
    SelectedPackages: [
      {
        StepName: release.step,
        ActionName: release.step,
        PackageReferenceName: '',
        Version: release.version,
      },
    ],
    ProjectDeploymentProcessSnapshotId: release.processId,
  }).Id;
}

function addMachines(state: OctopusState, seed: number, count: number) {
  const random = createRandom(seed);
  for (let index = 0; index < count; index += 1) {
    const Id = state.nextId('Machines');
    const number = Id.slice(Id.indexOf('-') + 1).padStart(5, '0');
    const name = `node-${number}`;
    const host = `${name}.sandbox.test`;
    state.insert('machines', 'Machines', {
      Id,
      SpaceId,
      Name: name,
      Slug: name,
      EnvironmentIds: [environments[index % environments.length]],
      Roles: ['web'],
      MachinePolicyId: 'MachinePolicies-1',
      IsDisabled: false,
      IsInProcess: false,
      HealthStatus: random.next() < 0.97 ? 'Healthy' : 'Unhealthy',
      StatusSummary: 'Octopus was able to run a health check on this machine.',
      HasLatestCalamari: true,
      Endpoint: {
        CommunicationStyle: 'Ssh',
        Host: host,
        Port: 22,
        Uri: `ssh://${host}:22/`,
        Fingerprint: `SHA256:${number.repeat(8)}`,
        AccountId: 'Accounts-1',
        DotNetCorePlatform: 'linux-x64',
      },
      SkipInitialHealthCheck: false,
      TenantedDeploymentParticipation: 'Untenanted',
    });
  }
}

function addDeployments(
  state: OctopusState,
  seed: number,
  projects: LargeProject[],
  count: number,
) {
  const random = createRandom(seed + 1);
  const start = Date.now() - 20 * 24 * hour;
  const step = (20 * 24 * hour) / Math.max(1, count);
  for (let index = 0; index < count; index += 1) {
    const project = projects[index % projects.length];
    const round = Math.floor(index / projects.length);
    const EnvironmentId = environments[round % environments.length];
    const number = Math.floor(round / environments.length) % releasesEach;
    const at = start + index * step;
    const State: TaskState = random.next() < 0.92 ? 'Success' : 'Failed';
    const Id = state.nextId('Deployments');
    const ReleaseId = project.releases[number];
    const task = state.insert('tasks', 'ServerTasks', {
      SpaceId,
      Name: 'Deploy',
      Description: `Deploy ${project.name} release 1.${number}.0`,
      Arguments: { DeploymentId: Id },
      ProjectId: project.id,
      State,
      QueueTime: iso(at),
      StartTime: iso(at + 1000),
      LastUpdatedTime: iso(at + 41_000),
      CompletedTime: iso(at + 41_000),
      ErrorMessage:
        State === 'Failed'
          ? 'The deployment failed because one or more steps failed.'
          : undefined,
      HasWarningsOrErrors: State === 'Failed',
      HasPendingInterruptions: false,
      HasBeenPickedUpByProcessor: true,
    });
    state.insert('deployments', 'Deployments', {
      Id,
      SpaceId,
      Name: 'Deploy',
      ProjectId: project.id,
      EnvironmentId,
      ReleaseId,
      ChannelId: project.channelId,
      TaskId: task.Id,
      DeploymentProcessId: `deploymentprocess-${project.id}-s-1`,
      Created: iso(at),
      DeployedBy: 'Ada Lang',
      DeployedById: 'Users-41',
      Comments: '',
      ForcePackageDownload: false,
      ForcePackageRedeployment: false,
      UseGuidedFailure: false,
      SpecificMachineIds: [],
      ExcludedMachineIds: [],
      SkipActions: [],
      FormValues: {},
      DeployedToMachineIds: [],
      FailureEncountered: State === 'Failed',
    });
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

import type { Release, TaskState } from '../documents';
import type { OctopusState } from '../state';
import { createInterruption } from '../tasks/interruptions';
import { seededIds } from './ids';
import type { SeededProject } from './projects';

const hour = 3_600_000;
const day = 24 * hour;
const SpaceId = seededIds.space;

interface Moment {
  at: number;
  happens(): void;
}

/** How one deployment went. */
interface Course {
  state: TaskState;
  seconds: number;
  error?: string;
  hasWarnings?: boolean;
}

const fine: Course = { state: 'Success', seconds: 47 };
const environmentNames: Record<string, string> = {
  [seededIds.development]: 'Development',
  [seededIds.staging]: 'Staging',
  [seededIds.production]: 'Production',
};

/**
 * Releases and deployments of the last weeks: a release every two days, to Development at once, to Staging after some hours,
 * to Production the day after. The newest of the shop has failed in Staging, and the one before waits for a person before
 * Production. `Legacy` was deployed more than a year ago and never since.
 */
export function seedHistory(
  state: OctopusState,
  [shop, billing, legacy]: SeededProject[],
): void {
  const today = Math.floor(Date.now() / day) * day;
  const moments = [
    ...company(state, shop, today, {
      Staging: {
        state: 'Failed',
        seconds: 38,
        error:
          'The deployment failed because one or more steps failed: the script of shop-web-staging ended with exit code 1.',
      },
    }),
    ...company(state, billing, today, {}),
    ...longAgo(state, legacy, today),
  ];
  // Ids grow with time, as they do on a server.
  moments.sort((left, right) => left.at - right.at);
  for (const { happens } of moments) happens();
  waitInProduction(state, shop, today);
}

/** @param newest - how the newest release went, where that was not fine; it has not come to Production */
function company(
  state: OctopusState,
  seeded: SeededProject,
  today: number,
  newest: Partial<Record<'Staging', Course>>,
): Moment[] {
  const { releases } = seeded;
  return releases.flatMap((release, index) => {
    const age = releases.length - 1 - index;
    const at = today - age * 2 * day;
    let made: Release;
    const deploy = (environment: string, later: number, course: Course) => ({
      at: at + later,
      happens: () =>
        addDeployment(state, seeded, made, environment, at + later, course),
    });
    const isNewest = age === 0;
    const moments: Moment[] = [
      {
        at,
        happens: () => {
          made = addRelease(state, seeded, release, at);
        },
      },
      deploy(seededIds.development, 0.2 * hour, {
        ...fine,
        hasWarnings: index === 5,
      }),
    ];
    const inStaging = isNewest ? newest.Staging : fine;
    if (inStaging)
      moments.push(
        deploy(seededIds.staging, isNewest ? 0.5 * hour : 5 * hour, inStaging),
      );
    // Every third one, and what is there today.
    if (age > 1 && (age === 2 || index % 3 === 0))
      moments.push(
        deploy(seededIds.production, 29 * hour, { ...fine, seconds: 95 }),
      );
    return moments;
  });
}

function longAgo(
  state: OctopusState,
  seeded: SeededProject,
  today: number,
): Moment[] {
  return seeded.releases.flatMap((release, index) => {
    const at = today - (460 - 30 * index) * day;
    return {
      at,
      happens: () => {
        const made = addRelease(state, seeded, release, at);
        for (const [number, environment] of Object.keys(
          environmentNames,
        ).entries())
          addDeployment(
            state,
            seeded,
            made,
            environment,
            at + number * hour,
            fine,
          );
      },
    };
  });
}

function addRelease(
  state: OctopusState,
  { project, channelId }: SeededProject,
  { version, processId, packages }: SeededProject['releases'][number],
  at: number,
): Release {
  return state.insert('releases', 'Releases', {
    SpaceId,
    Version: version,
    ProjectId: project.Id,
    ChannelId: channelId,
    Assembled: iso(at),
    ReleaseNotes: `${project.Name} ${version}`,
    IgnoreChannelRules: false,
    SelectedPackages: packages,
    ProjectDeploymentProcessSnapshotId: processId,
  });
}

function addDeployment(
  state: OctopusState,
  { project, channelId }: SeededProject,
  release: Release,
  environmentId: string,
  at: number,
  { state: State, seconds, error, hasWarnings = false }: Course,
) {
  const Id = state.nextId('Deployments');
  const isOver = State !== 'Executing';
  const task = state.insert('tasks', 'ServerTasks', {
    SpaceId,
    Name: 'Deploy',
    Description: `Deploy ${project.Name} release ${release.Version} to ${environmentNames[environmentId]}`,
    Arguments: { DeploymentId: Id },
    ProjectId: project.Id,
    State,
    QueueTime: iso(at),
    StartTime: iso(at + 1000),
    LastUpdatedTime: iso(at + seconds * 1000),
    CompletedTime: isOver ? iso(at + 1000 + seconds * 1000) : undefined,
    ErrorMessage: error,
    HasWarningsOrErrors: hasWarnings || error !== undefined,
    HasPendingInterruptions: !isOver,
    HasBeenPickedUpByProcessor: true,
    ServerNode: 'sandbox',
  });
  const deployment = state.insert('deployments', 'Deployments', {
    Id,
    SpaceId,
    Name: `Deploy to ${environmentNames[environmentId]}`,
    ProjectId: project.Id,
    EnvironmentId: environmentId,
    ReleaseId: release.Id,
    ChannelId: channelId,
    TaskId: task.Id,
    DeploymentProcessId: release.ProjectDeploymentProcessSnapshotId,
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
    DeployedToMachineIds: isOver
      ? targetsIn(state, release, environmentId)
      : [],
    FailureEncountered: error !== undefined,
  });
  state.insert('events', 'Events', {
    SpaceId,
    Category: categoryOf(State),
    Occurred: task.CompletedTime ?? task.QueueTime,
    UserId: deployment.DeployedById,
    Username: deployment.DeployedBy,
    Message: task.Description,
    RelatedDocumentIds: [Id, project.Id, environmentId, release.Id, task.Id],
  });
  return { deployment, task };
}

function categoryOf(state: TaskState): string {
  if (state === 'Executing') return 'ManualInterventionInterruptionRaised';
  return state === 'Success' ? 'DeploymentSucceeded' : 'DeploymentFailed';
}

/** Targets of an environment that a step of the release means. */
function targetsIn(
  state: OctopusState,
  release: Release,
  environmentId: string,
): string[] {
  const process = state.get(
    'deploymentprocesses',
    release.ProjectDeploymentProcessSnapshotId,
  );
  const tags = (process?.Steps ?? []).map(
    ({ Properties }) => Properties['Octopus.Action.TargetRoles'],
  );
  return state
    .all('machines')
    .filter(
      ({ EnvironmentIds, Roles }) =>
        EnvironmentIds.includes(environmentId) &&
        Roles.some(role => tags.includes(role)),
    )
    .map(({ Id }) => Id);
}

/** The release before the newest has been in Staging and waits since this morning for a person. */
function waitInProduction(
  state: OctopusState,
  shop: SeededProject,
  today: number,
) {
  const version = shop.releases.at(-2)?.version;
  const release = state
    .all('releases')
    .find(
      ({ ProjectId, Version }) =>
        ProjectId === shop.project.Id && Version === version,
    );
  if (!release) return;
  const { deployment, task } = addDeployment(
    state,
    shop,
    release,
    seededIds.production,
    today + hour,
    { state: 'Executing', seconds: 1 },
  );
  const interruption = createInterruption(state, {
    task,
    deployment,
    type: 'ManualIntervention',
    title: 'Approve production',
    instructions: 'Look at the staging shop, then let the release go on.',
    correlationId: `${task.Id}/1`,
  });
  state.update('interruptions', interruption.Id, {
    Created: iso(today + hour),
  });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

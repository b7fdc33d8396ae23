import type { InfrastructureConfig, RunDocument } from '@nante/model';
import type {
  DeploymentActivity,
  DeploymentDetailResponse,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentFacts,
  JoinedTarget,
  PackageOfRelease,
  TaskActivity,
} from '@nante/plugin-infrastructure-node';
import { parseEntityRef } from '@backstage/catalog-model';
import { allowedUnless, whyNotAct, whyNotDeploy } from './allowed';
import { newCommits, packageChanges } from './changes';
import type { ProjectLink } from './ComponentLinks';
import { ourEnvironment } from './ourEnvironments';
import type { SpaceReader } from './SpaceReader';

/** Goal in seconds from queued to done. */
const TARGET_SECONDS = 180;
/** Most lines of one node of the log that a page gets; the newest. */
const LINES = 500;
/** Most releases that a rollback offers. */
const OFFERED = 20;

interface Options {
  facts: DeploymentFacts;
  reader: SpaceReader;
  link?: ProjectLink;
  shared: InfrastructureConfig;
  joined: JoinedTarget[];
  /** Run of ours that made it. */
  run?: RunDocument;
  /** Packages of a release, by their ids. */
  packagesOf: (releaseId: string) => PackageOfRelease[];
  person: { operator: boolean; mayDeploy: boolean };
  /** Milliseconds since 1970. */
  now: number;
}

/** The page of one deployment, for one person. */
export function detailOf(options: Options): DeploymentDetailResponse {
  const { facts, reader, link, run } = options;
  const { deployment, details, release, previous, channel, urls } = facts;
  const { projectId } = deployment;
  const { task } = details;
  const project = reader.project(projectId);
  const environment = environmentOf(options);
  const ended = task.completedAt ?? new Date(options.now).toISOString();
  return {
    connection: reader.space.name,
    id: deployment.id,
    taskId: deployment.taskId,
    project: {
      id: projectId,
      name: project?.name ?? projectId,
      slug: project?.slug ?? '',
      componentRef: link?.componentRef,
      owner: link?.owner,
      url: urls.project,
    },
    environment,
    release: {
      id: release.id,
      version: release.version,
      channel: channel.name,
      notes: release.notes,
      assembledAt: release.assembledAt,
      url: urls.release,
    },
    packages: facts.packages.map(({ step, packageId, feed, version }) => ({
      ...{ step, packageId, feed, version },
      artifactUrl: link && artifactsPage(link.componentRef, version),
    })),
    previous: previous && {
      version: previous.release.version,
      deploymentId: previous.deploymentId,
    },
    changes: previous
      ? packageChanges(facts.previousPackages, facts.packages)
      : [],
    commits: newCommits(previous?.release, release),
    state: task.state,
    queuedAt: task.queuedAt,
    startedAt: task.startedAt,
    finishedAt: task.completedAt,
    seconds: Math.max(
      0,
      Math.round((Date.parse(ended) - Date.parse(task.queuedAt)) / 1000),
    ),
    targetSeconds: TARGET_SECONDS,
    queuedBehind: details.queuedBehind,
    deployedBy: deployment.deployedBy,
    comments: deployment.comments,
    targets: targetsOf(options),
    activities: details.activities.map(toActivity),
    ...actionsOf(options, environment),
    runId: run?.id,
    url: urls.task,
  };
}

function environmentOf({
  facts,
  reader,
  shared,
}: Options): DeploymentDetailResponse['environment'] {
  const { environmentId } = facts.deployment;
  const name = reader.environmentName(environmentId);
  const ours = ourEnvironment(shared, reader.space.name, name);
  return {
    id: environmentId,
    name,
    environment: ours?.name,
    restricted: ours?.restricted ?? false,
  };
}

function actionsOf(
  options: Options,
  environment: DeploymentDetailResponse['environment'],
): Pick<
  DeploymentDetailResponse,
  'interruptions' | 'promote' | 'redeploy' | 'rollback' | 'cancel'
> {
  const { facts, reader, link, shared, person } = options;
  const { projectId, environmentId } = facts.deployment;
  const { release, channel } = facts;
  const { task } = facts.details;
  const project = {
    name: reader.project(projectId)?.name ?? projectId,
    isDisabled: reader.project(projectId)?.isDisabled ?? false,
    owner: link?.owner,
  };
  const base = { space: reader.space, project, person };
  const why = (id: string) => {
    const name = reader.environmentName(id);
    return whyNotDeploy({
      ...base,
      environment: {
        name,
        restricted:
          ourEnvironment(shared, reader.space.name, name)?.restricted ?? false,
      },
      freezes: reader.freezes(projectId, id),
    });
  };
  const act = whyNotAct({ ...base, environment });
  const releases = rollbackReleases(options);
  return {
    interruptions: facts.interruptions
      .filter(({ isPending }) => isPending)
      .map(item => ({
        id: item.id,
        title: item.title,
        instructions: item.instructions,
        answers: item.answers,
        isPending: item.isPending,
        responsibleUser: item.responsibleUser,
        answer: allowedUnless(
          act ??
            (item.canTakeResponsibility || item.hasResponsibility
              ? undefined
              : `Octopus lets only ${item.responsibleUser ?? 'the team that is responsible'} answer this.`),
        ),
      })),
    promote: reader
      .route(projectId, channel.lifecycleId)
      .after(environmentId)
      .map(id => ({
        ...allowedUnless(
          why(id) ??
            reader.whyNotThere(projectId, release, id, channel.lifecycleId),
        ),
        environmentId: id,
        environmentName: reader.environmentName(id),
        restricted:
          ourEnvironment(shared, reader.space.name, reader.environmentName(id))
            ?.restricted ?? false,
      })),
    redeploy: allowedUnless(why(environmentId)),
    rollback: {
      ...allowedUnless(
        why(environmentId) ??
          (releases.length ? undefined : reader.whyNoEarlier(environmentId)),
      ),
      releases,
    },
    cancel: allowedUnless(act ?? whyNotCancel(task)),
  };
}

function whyNotCancel(
  task: Pick<DeploymentFacts['details']['task'], 'isCompleted' | 'state'>,
): string | undefined {
  if (task.isCompleted) return 'It has ended.';
  return task.state === 'Cancelling' ? 'It is being cancelled.' : undefined;
}

function rollbackReleases({ facts, reader, packagesOf }: Options) {
  const { projectId, environmentId } = facts.deployment;
  const current =
    reader.item(projectId, environmentId)?.releaseId ?? facts.release.id;
  return reader
    .earlier(projectId, environmentId)
    .slice(0, OFFERED)
    .map(past => ({
      version: reader.space.history.release(past.releaseId)!.version,
      at: past.at,
      changes: packageChanges(packagesOf(current), packagesOf(past.releaseId)),
    }));
}

function targetsOf({
  facts,
  reader,
  joined,
}: Options): DeploymentDetailResponse['targets'] {
  const machines = new Map(
    reader.space.machines.map(machine => [machine.id, machine]),
  );
  const hosts = new Map(
    joined
      .filter(({ target }) => target.connection === reader.space.name)
      .map(({ target, host }) => [target.machineId, host?.entityRef]),
  );
  return facts.deployment.machineIds.map(machineId => {
    const machine = machines.get(machineId);
    // Silence is unknown, never healthy.
    const health = reader.space.age.ok ? machine?.health : 'Unknown';
    return {
      machineId,
      name: machine?.name ?? machineId,
      status: machine && statusOf(facts.details.activities, machine.name),
      health: machine && health ? health : 'gone',
      hostRef: hosts.get(machineId),
    };
  });
}

/** Worst status of the parts of the log that are a target's own. */
function statusOf(
  activities: TaskActivity[],
  name: string,
): string | undefined {
  const order = [
    'Failed',
    'Canceled',
    'Running',
    'Pending',
    'SuccessWithWarning',
    'Success',
    'Skipped',
  ];
  const found = activities.flatMap(function collect(
    node: TaskActivity,
  ): string[] {
    return node.name === name ? [node.status] : node.children.flatMap(collect);
  });
  return order.find(status => found.includes(status));
}

function toActivity(node: TaskActivity): DeploymentActivity {
  return {
    ...node,
    lines: node.lines.slice(-LINES),
    children: node.children.map(toActivity),
  };
}

function artifactsPage(componentRef: string, version: string): string {
  const { kind, namespace, name } = parseEntityRef(componentRef);
  const text = new URLSearchParams({ text: version });
  return `/catalog/${namespace}/${kind}/${name}/artifacts?${text}`;
}

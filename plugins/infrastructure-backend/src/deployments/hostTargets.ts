import type { TargetHealth } from '@nante/model';
import type { HostTarget } from '@nante/plugin-infrastructure-common';
import {
  disagreementOf,
  type JoinedTarget,
  type PastDeployment,
  type SpaceView,
} from '@nante/plugin-infrastructure-node';
import type { ProjectLink } from './ComponentLinks';
import type { BoardProject } from './SpaceReader';

/** The card of a target on its host's tab. */
export function hostTarget(
  joined: JoinedTarget,
  space: SpaceView,
  url: string,
  link: (connection: string, project: BoardProject) => ProjectLink | undefined,
): HostTarget {
  const { target, machine } = joined;
  return {
    connection: space.name,
    machineId: target.machineId,
    name: machine?.name ?? target.host,
    environments: (machine?.environmentIds ?? []).map(
      id =>
        space.board?.dashboard.environments.find(item => item.id === id)
          ?.name ?? id,
    ),
    roles: machine?.roles ?? [],
    style: machine?.style ?? 'other',
    health: healthOf(joined, space),
    healthSummary: machine?.healthSummary ?? '',
    disagreement: disagreementOf(joined, space.age.ok),
    isDisabled: machine?.isDisabled ?? false,
    agentVersion: machine?.agentVersion,
    url,
    releases: runningOn(target.machineId, space).map(past => {
      const project = space.board?.dashboard.projects.find(
        item => item.id === past.projectId,
      );
      return {
        projectId: past.projectId,
        projectName: project?.name ?? past.projectId,
        version: space.history.release(past.releaseId)?.version ?? '',
        environment:
          space.board?.dashboard.environments.find(
            item => item.id === past.environmentId,
          )?.name ?? past.environmentId,
        deploymentId: past.id,
        at: past.at,
        componentRef: project && link(space.name, project)?.componentRef,
      };
    }),
    observedAt: space.machinesAt,
  };
}

/** Silence is unknown, never healthy. */
function healthOf({ machine }: JoinedTarget, space: SpaceView): TargetHealth {
  return machine && space.age.ok ? machine.health : 'Unknown';
}

/** Newest success of each project and environment that went to a machine. */
export function runningOn(
  machineId: string,
  { history }: Pick<SpaceView, 'history'>,
): PastDeployment[] {
  const newest = new Map<string, PastDeployment>();
  for (const past of history.allDeployments()) {
    if (!past.machineIds.includes(machineId)) continue;
    const key = `${past.projectId}|${past.environmentId}`;
    const known = newest.get(key);
    if (!known || known.at < past.at) newest.set(key, past);
  }
  return [...newest.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
}

const fromWorst: TargetHealth[] = [
  'Unavailable',
  'Unhealthy',
  'Unknown',
  'HasWarnings',
  'Healthy',
];

/**
 * Worst health of each host that is a target, by entity ref; of what was asked already.
 *
 * @param known - spaces as they are known
 */
export function targetHealths(
  targets: JoinedTarget[],
  known: SpaceView[],
): Map<string, TargetHealth> {
  const healths = new Map<string, TargetHealth>();
  for (const joined of targets) {
    const space = known.find(({ name }) => name === joined.target.connection);
    // Nobody was asked yet.
    if (!joined.host || !space?.age.lastSuccessAt) continue;
    const { entityRef } = joined.host;
    const all = [healthOf(joined, space), healths.get(entityRef)];
    healths.set(
      entityRef,
      fromWorst.find(health => all.includes(health))!,
    );
  }
  return healths;
}

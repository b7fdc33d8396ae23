import type {
  Channel,
  Deployment,
  Lifecycle,
  Phase,
  Project,
  Release,
  ServerTask,
} from './documents';
import { OctopusError } from './errors';
import type { OctopusState } from './state';

/** A phase with the environments that it really means. */
export interface PhaseProgress {
  phase: Phase;
  /** Environment ids. */
  environments: string[];
  /** Deployments of the release into it, newest first. */
  deployments: { deployment: Deployment; task: ServerTask }[];
  progress: 'Pending' | 'Current' | 'Complete';
}

/** How far a release has come in its lifecycle. */
export interface ReleaseProgress {
  phases: PhaseProgress[];
  /** Environments where it may go and has not been. */
  next: string[];
  /** Environments where it may go at all, a second time as well. */
  allowed: string[];
  /** An unresolved defect: it may go nowhere where it has not been. */
  isBlocked: boolean;
}

/** The lifecycle of a channel; without one of its own the project's. */
export function lifecycleOf(
  state: OctopusState,
  project: Project,
  channel?: Channel,
): Lifecycle {
  const id = channel?.LifecycleId ?? project.LifecycleId;
  const lifecycle = state.get('lifecycles', id);
  if (!lifecycle) throw new OctopusError(500, `The lifecycle ${id} is gone.`);
  return lifecycle;
}

/**
 * Phases with their environments. A lifecycle without phases has one for each environment; a phase without environments
 * takes all that no other phase names.
 */
export function phasesOf(
  state: OctopusState,
  lifecycle: Lifecycle,
): { phase: Phase; environments: string[] }[] {
  const all = state
    .all('environments')
    .filter(({ SpaceId }) => SpaceId === lifecycle.SpaceId)
    .sort((left, right) => left.SortOrder - right.SortOrder);
  if (lifecycle.Phases.length === 0)
    return all.map(({ Id, Name }) => ({
      phase: {
        Id: `${lifecycle.Id}-${Id}`,
        Name,
        AutomaticDeploymentTargets: [],
        OptionalDeploymentTargets: [Id],
        MinimumEnvironmentsBeforePromotion: 1,
        IsOptionalPhase: false,
      },
      environments: [Id],
    }));
  const own = lifecycle.Phases.map(phase => [
    ...phase.AutomaticDeploymentTargets,
    ...phase.OptionalDeploymentTargets,
  ]);
  const named = new Set(own.flat());
  const others = all.map(({ Id }) => Id).filter(id => !named.has(id));
  return lifecycle.Phases.map((phase, index) => ({
    phase,
    environments: own[index].length > 0 ? own[index] : others,
  }));
}

/** Unresolved defects of a release. */
export function isBlocked(state: OctopusState, releaseId: string): boolean {
  return state
    .all('defects')
    .some(
      ({ ReleaseId, Status }) =>
        ReleaseId === releaseId && Status === 'Unresolved',
    );
}

/** @param deployments - of this release, oldest first; looked for unless given */
export function progressOf(
  state: OctopusState,
  release: Release,
  lifecycle: Lifecycle,
  deployments: Deployment[] = state
    .all('deployments')
    .filter(({ ReleaseId }) => ReleaseId === release.Id),
): ReleaseProgress {
  const runs = deployments
    .flatMap(deployment => {
      const task = state.get('tasks', deployment.TaskId);
      return task ? [{ deployment, task }] : [];
    })
    .reverse();
  const succeeded = new Set(
    runs
      .filter(({ task }) => task.State === 'Success')
      .map(({ deployment }) => deployment.EnvironmentId),
  );
  const attempted = new Set(runs.map(run => run.deployment.EnvironmentId));
  let isReached = true;
  const allowed: string[] = [];
  const phases = phasesOf(state, lifecycle).map(({ phase, environments }) => {
    const done = environments.filter(id => succeeded.has(id)).length;
    const wanted = phase.MinimumEnvironmentsBeforePromotion;
    const isComplete =
      done >= (wanted === 0 ? environments.length : wanted) &&
      environments.length > 0;
    const isHere = isReached;
    if (isReached) allowed.push(...environments);
    isReached &&= isComplete || phase.IsOptionalPhase;
    const progress = progressName(isHere, isComplete);
    const inPhase = runs.filter(({ deployment }) =>
      environments.includes(deployment.EnvironmentId),
    );
    return { phase, environments, deployments: inPhase, progress };
  });
  const blocked = isBlocked(state, release.Id);
  return {
    phases,
    isBlocked: blocked,
    allowed: blocked ? allowed.filter(id => attempted.has(id)) : allowed,
    next: blocked ? [] : allowed.filter(id => !succeeded.has(id)),
  };
}

function progressName(
  isReached: boolean,
  isComplete: boolean,
): PhaseProgress['progress'] {
  if (!isReached) return 'Pending';
  return isComplete ? 'Complete' : 'Current';
}

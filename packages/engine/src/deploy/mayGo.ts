import type {
  OctopusApi,
  OctopusEnvironment,
  OctopusLifecycle,
  OctopusProject,
  OctopusRelease,
} from '@nante/clients';
import { NanteError } from '@nante/model';

/** A deployment that is thought of. */
export interface Intention {
  project: OctopusProject;
  release: OctopusRelease;
  environment: OctopusEnvironment;
}

/**
 * Refuses what Octopus would refuse, before there is a deployment: a project that is disabled, a freeze, a lifecycle that does not
 * let the release into the environment.
 *
 * @throws NanteError `refused` that says what is in the way
 */
export async function assertMayGo(
  api: OctopusApi,
  intention: Intention,
  signal: AbortSignal,
): Promise<void> {
  const { project, release, environment } = intention;
  const where = `${project.name} ${release.version} cannot go to ${environment.name}`;
  if (project.isDisabled)
    throw new NanteError('refused', `${where}: the project is disabled.`, {
      hint: 'Enable it in Octopus.',
    });
  const [allowed, freeze] = await Promise.all([
    api.deployableTo(release.id, { signal }),
    freezeOf(api, intention, signal),
  ]);
  if (freeze)
    throw new NanteError(
      'refused',
      `${where}: the deployment freeze "${freeze.name}" holds until ${freeze.end}.`,
      { hint: 'Wait for its end, or ask whoever set it.' },
    );
  if (allowed.includes(environment.id)) return;
  const { reason, hint } = await reasonOf(api, intention, allowed, signal);
  throw new NanteError('refused', `${where}: ${reason}.`, { hint });
}

async function freezeOf(
  api: OctopusApi,
  { project, environment }: Intention,
  signal: AbortSignal,
) {
  const freezes = await api.freezes({ signal }).catch(error => {
    // Whoever may not see them, or a server that has none: Octopus itself still refuses.
    if (NanteError.is(error) && /unauthorized|not-found/u.test(error.code))
      return [];
    throw error;
  });
  return freezes.find(
    ({ start, scope }) =>
      Date.parse(start) <= Date.now() &&
      scope[project.id]?.includes(environment.id),
  );
}

async function reasonOf(
  api: OctopusApi,
  { project, release, environment }: Intention,
  allowed: readonly string[],
  signal: AbortSignal,
): Promise<{ reason: string; hint?: string }> {
  const [lifecycles, channels, environments] = await Promise.all([
    api.lifecycles({ signal }),
    api.channels(project.id, { signal }),
    api.environments({ signal }),
  ]);
  const channel = channels.find(({ id }) => id === release.channelId);
  const id = channel?.lifecycleId || project.lifecycleId;
  const lifecycle = lifecycles.find(other => other.id === id);
  if (!lifecycle) return { reason: 'Octopus does not allow it' };
  const title = `the lifecycle "${lifecycle.name}"`;
  const phases = phasesOf(
    lifecycle,
    environments.map(one => one.id),
  );
  const at = phases.findIndex(({ ids }) => ids.includes(environment.id));
  if (at < 0)
    return {
      reason: `${title} does not have this environment`,
      hint: 'Take a release of another channel, or change the lifecycle in Octopus.',
    };
  // Everything before the last phase that is open is done.
  const open = phases.findLastIndex(({ ids }) =>
    ids.some(one => allowed.includes(one)),
  );
  const names = environments
    .filter(one => phases[open]?.ids.includes(one.id))
    .map(({ name }) => name);
  return open >= 0 && open < at
    ? {
        reason: `${title} demands that the phase "${phases[open].name}" is done first`,
        hint: `Deploy it with success to ${names.join(', ')}.`,
      }
    : {
        reason: 'the release is blocked by a defect that nobody has resolved',
        hint: 'Resolve it in Octopus, or deploy another release.',
      };
}

/** Phases with their environments: one without any stands for all that no other names; a lifecycle without phases has one for each. */
function phasesOf(
  { phases }: OctopusLifecycle,
  all: readonly string[],
): { name: string; ids: string[] }[] {
  if (phases.length === 0) return all.map(id => ({ name: id, ids: [id] }));
  const named = phases.map(({ name, automatic, optional }) => ({
    name,
    ids: [...automatic, ...optional],
  }));
  const taken = new Set(named.flatMap(({ ids }) => ids));
  const rest = all.filter(id => !taken.has(id));
  return named.map(({ name, ids }) => ({
    name,
    ids: ids.length > 0 ? ids : rest,
  }));
}

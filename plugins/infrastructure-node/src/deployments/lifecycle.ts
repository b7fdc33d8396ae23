import type { OctopusLifecycle } from '@nante/clients';

/** A phase with the environments that it stands for. */
interface Phase {
  name: string;
  environmentIds: string[];
  /** How many of them a release has to reach before the next phase. */
  minimum: number;
  isOptional: boolean;
}

/** Where releases of a lifecycle go, in which order. */
export interface Route {
  /** Whether the lifecycle leads there at all. */
  leadsTo(environmentId: string): boolean;
  /** Environments that come next after one: those of the next phase, and of phases behind optional ones. */
  after(environmentId: string): string[];
  /** The environment before one, whose version is offered there; undefined in the first phase. */
  before(environmentId: string): string | undefined;
  /**
   * Why a release may not go to an environment yet.
   *
   * @param reached - environments that it was deployed to with success
   * @param nameOf - name of an environment, for the sentence
   * @returns one sentence, or undefined where nothing speaks against it
   */
  problem(
    environmentId: string,
    reached: ReadonlySet<string>,
    nameOf: (environmentId: string) => string,
  ): string | undefined;
}

/**
 * Reads a lifecycle. One without phases leads everywhere, in the order of the environments.
 *
 * @param lifecycle - undefined: not known, which forbids nothing
 * @param environmentIds - of the space, in the order of Octopus
 */
export function routeOf(
  lifecycle: OctopusLifecycle | undefined,
  environmentIds: string[],
): Route {
  const phases = phasesOf(lifecycle, environmentIds);
  const indexOf = (environmentId: string) =>
    phases.findIndex(phase => phase.environmentIds.includes(environmentId));

  return {
    leadsTo: environmentId => indexOf(environmentId) >= 0,

    after(environmentId) {
      const at = indexOf(environmentId);
      if (at < 0) return [];
      const next: string[] = [];
      for (const phase of phases.slice(at + 1)) {
        next.push(...phase.environmentIds);
        if (!phase.isOptional) break;
      }
      return next;
    },

    before(environmentId) {
      const at = indexOf(environmentId);
      const phase = phases
        .slice(0, Math.max(at, 0))
        .findLast(({ environmentIds: ids }) => ids.length > 0);
      return phase?.environmentIds[0];
    },

    problem(environmentId, reached, nameOf) {
      const at = indexOf(environmentId);
      if (at < 0) {
        return `The lifecycle${lifecycle ? ` ${lifecycle.name}` : ''} does not lead to ${nameOf(environmentId)}.`;
      }
      const lacking = phases.slice(0, at).find(phase => {
        if (phase.isOptional) return false;
        const done = phase.environmentIds.filter(id => reached.has(id));
        return done.length < phase.minimum;
      });
      if (!lacking) return undefined;
      const missing = lacking.environmentIds
        .filter(id => !reached.has(id))
        .map(nameOf);
      return `It has to be deployed to ${missing.join(' or ')} with success first, as the lifecycle says.`;
    },
  };
}

function phasesOf(
  lifecycle: OctopusLifecycle | undefined,
  environmentIds: string[],
): Phase[] {
  if (!lifecycle || lifecycle.phases.length === 0) {
    return environmentIds.map(id => ({
      name: id,
      environmentIds: [id],
      minimum: 0,
      isOptional: false,
    }));
  }
  const named = new Set(
    lifecycle.phases.flatMap(phase => [...phase.automatic, ...phase.optional]),
  );
  return lifecycle.phases.map(phase => {
    const own = new Set([...phase.automatic, ...phase.optional]);
    const ids = environmentIds.filter(id =>
      own.size ? own.has(id) : !named.has(id),
    );
    return {
      name: phase.name,
      environmentIds: ids,
      minimum: phase.minimum || ids.length,
      isOptional: phase.isOptional,
    };
  });
}

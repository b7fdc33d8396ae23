import type { Allowed } from '@nante/plugin-infrastructure-common';
import type {
  SpaceView,
  OctopusFreeze,
} from '@nante/plugin-infrastructure-node';

/** What decides whether somebody may change something in an environment, apart from releases. */
export interface ChangeInput {
  space: Pick<SpaceView, 'name' | 'connection' | 'age'>;
  project: { name: string; isDisabled: boolean; owner?: string };
  environment: { name: string; restricted: boolean };
  /** Freezes that hold now for the project and the environment. */
  freezes: OctopusFreeze[];
  person: {
    operator: boolean;
    /** What the permission policy says about the project. */
    mayDeploy: boolean;
  };
}

/** Answer for a button: it works, or one sentence says why not. */
export function allowedUnless(reason: string | undefined): Allowed {
  return reason === undefined ? { allowed: true } : { allowed: false, reason };
}

/** Why somebody may not act on a project at all: the first reason that a person could do something about. */
export function whyNotAct({
  space,
  project,
  environment,
  person,
}: Omit<ChangeInput, 'freezes'>): string | undefined {
  if (space.connection.readOnly) {
    return `The connection ${space.name} is read-only.`;
  }
  if (!person.mayDeploy) {
    return project.owner
      ? `Only ${nameOf(project.owner)} and operators may do this with ${project.name}.`
      : `Only operators may do this with ${project.name}: no component with one owner is linked to it.`;
  }
  if (environment.restricted && !person.operator) {
    return `Only operators may do this in ${environment.name}.`;
  }
  return undefined;
}

/** Why somebody may not deploy anything there now. */
export function whyNotDeploy(input: ChangeInput): string | undefined {
  const { project, environment, freezes, space } = input;
  const reason = whyNotAct(input);
  if (reason) return reason;
  if (project.isDisabled) return `${project.name} is disabled in Octopus.`;
  const [freeze] = freezes;
  if (freeze) {
    return `${environment.name} is frozen until ${freeze.end}: ${freeze.name}.`;
  }
  // What is shown may be old, and the click would fail.
  if (!space.age.ok) return `Octopus (${space.name}) does not answer now.`;
  return undefined;
}

/** Freezes of a space that hold at a moment, by project and environment. */
export function freezesAt(
  freezes: OctopusFreeze[],
  now: number,
): (projectId: string, environmentId: string) => OctopusFreeze[] {
  const current = freezes.filter(
    ({ start, end }) => Date.parse(start) <= now && now < Date.parse(end),
  );
  return (projectId, environmentId) =>
    current.filter(({ scope }) => scope[projectId]?.includes(environmentId));
}

function nameOf(entityRef: string): string {
  return entityRef.split('/').at(-1)!;
}

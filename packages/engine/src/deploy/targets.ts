import type {
  OctopusEnvironment,
  OctopusMachine,
  OctopusProcess,
} from '@nante/clients';
import { NanteError } from '@nante/model';

/**
 * Targets that a process would run on in an environment.
 *
 * @param names - the only ones that are wanted; left out: all
 * @throws NanteError `invalid-input` for a name that is no target there
 */
export function targetsOf(
  machines: readonly OctopusMachine[],
  process: Pick<OctopusProcess, 'steps'>,
  environment: OctopusEnvironment,
  names?: readonly string[],
): OctopusMachine[] {
  const roles = rolesOf(process);
  const possible = machines.filter(
    machine =>
      machine.environmentIds.includes(environment.id) &&
      !machine.isDisabled &&
      machine.roles.some(role => roles.includes(role)),
  );
  if (!names) return possible;
  const unknown = names.filter(
    name => !possible.some(machine => machine.name === name),
  );
  if (unknown.length === 0)
    return possible.filter(({ name }) => names.includes(name));
  throw new NanteError(
    'invalid-input',
    `${unknown.map(name => `"${name}"`).join(', ')} ${unknown.length > 1 ? 'are no targets' : 'is no target'} of this project in ${environment.name}.`,
    {
      hint:
        possible.length > 0
          ? `Its targets are ${namesOf(possible)}.`
          : `It has no target there with one of the tags ${roles.join(', ')}.`,
    },
  );
}

/**
 * Refuses a process that needs targets and has none: Octopus would call a deployment to nothing a success.
 *
 * @throws NanteError `invalid-input`
 */
export function assertSomeTarget(
  targets: readonly OctopusMachine[],
  process: Pick<OctopusProcess, 'steps'>,
  environment: OctopusEnvironment,
): void {
  const roles = rolesOf(process);
  if (roles.length === 0 || targets.length > 0) return;
  throw new NanteError(
    'invalid-input',
    `There is no target in ${environment.name} that has one of the tags ${roles.join(', ')}.`,
    {
      hint: 'Register a host with such a tag there: nante register. A target that is disabled does not count.',
    },
  );
}

function rolesOf({ steps }: Pick<OctopusProcess, 'steps'>): string[] {
  return [...new Set(steps.flatMap(step => step.roles))];
}

/** True for a target that works, by the last look that Octopus took. */
export function isHealthy({ health }: OctopusMachine): boolean {
  return health === 'Healthy' || health === 'HasWarnings';
}

/** At most twenty names, in one line. */
export function namesOf(machines: readonly { name: string }[]): string {
  const names = machines.slice(0, 20).map(({ name }) => name);
  return `${names.join(', ')}${machines.length > 20 ? ', …' : ''}`;
}

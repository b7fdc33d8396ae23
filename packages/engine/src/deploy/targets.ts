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
 * @throws NanteError `invalid-input` for a name that is no target there, and where the process needs targets and has none
 */
export function targetsOf(
  machines: readonly OctopusMachine[],
  process: Pick<OctopusProcess, 'steps'>,
  environment: OctopusEnvironment,
  names?: readonly string[],
): OctopusMachine[] {
  const roles = new Set(process.steps.flatMap(step => step.roles));
  const here = machines.filter(({ environmentIds }) =>
    environmentIds.includes(environment.id),
  );
  const possible = here.filter(
    machine =>
      !machine.isDisabled && machine.roles.some(role => roles.has(role)),
  );
  if (names) {
    const unknown = names.filter(
      name => !possible.some(machine => machine.name === name),
    );
    if (unknown.length > 0)
      throw new NanteError(
        'invalid-input',
        `${unknown.map(name => `"${name}"`).join(', ')} ${unknown.length > 1 ? 'are no targets' : 'is no target'} of this project in ${environment.name}.`,
        {
          hint:
            possible.length > 0
              ? `Its targets are ${namesOf(possible)}.`
              : `It has no target there with one of the tags ${[...roles].join(', ')}.`,
        },
      );
    return possible.filter(({ name }) => names.includes(name));
  }
  if (roles.size > 0 && possible.length === 0)
    throw new NanteError(
      'invalid-input',
      `There is no target in ${environment.name} that has one of the tags ${[...roles].join(', ')}.`,
      {
        hint: 'Register a host with such a tag there: nante register. A target that is disabled does not count.',
      },
    );
  return possible;
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

import { NanteError } from '@nante/model';

/**
 * Refuses what may be done in a restricted environment by operators alone, and by them only when they name it once more.
 *
 * @param environment - as people know it: ours, or that of Octopus
 * @param verb - for a refusal: `Only operators may <verb> Production.`
 * @throws NanteError `refused`
 */
export function assertConfirmed(
  { operator, confirm }: { operator: boolean; confirm?: string },
  environment: string,
  verb: string,
): void {
  if (!operator)
    throw new NanteError(
      'refused',
      `Only operators may ${verb} ${environment}.`,
      { hint: 'Ask one of them.' },
    );
  if (confirm !== environment)
    throw new NanteError(
      'refused',
      `${environment} is restricted: what is done there has to be confirmed.`,
      { hint: `Confirm it by its name, "${environment}".` },
    );
}

import { NanteError, type InfrastructureConfig } from '@nante/model';

/**
 * Refuses a deployment that the environment does not allow, before a run begins.
 *
 * @throws NanteError `invalid-input` for an environment that there is not; `refused` for a restricted one, unless an operator
 *   has confirmed it by its name
 */
export function assertMayDeploy(
  config: InfrastructureConfig,
  request: {
    environment: string;
    operator: boolean;
    confirm?: string;
    dryRun: boolean;
  },
): void {
  const { environment: name, operator, confirm, dryRun } = request;
  const environment = config.environments[name];
  if (!environment)
    throw new NanteError(
      'invalid-input',
      `There is no environment "${name}".`,
      {
        hint: `Choose one of ${Object.keys(config.environments).sort().join(', ')}.`,
      },
    );
  if (!environment.restricted || dryRun) return;
  if (!operator)
    throw new NanteError('refused', `Only operators may deploy to ${name}.`, {
      hint: 'Ask one of them.',
    });
  if (confirm !== name)
    throw new NanteError(
      'refused',
      `${name} is restricted: what is done there has to be confirmed.`,
      { hint: `Confirm it by its name, "${name}".` },
    );
}

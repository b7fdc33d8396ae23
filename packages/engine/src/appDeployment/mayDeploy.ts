import { NanteError, type InfrastructureConfig } from '@nante/model';
import { assertConfirmed } from '../policy/confirmed';

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
  const { environment: name, dryRun } = request;
  const environment = config.environments[name];
  if (!environment)
    throw new NanteError(
      'invalid-input',
      `There is no environment "${name}".`,
      {
        hint: `Choose one of ${Object.keys(config.environments).sort().join(', ')}.`,
      },
    );
  if (environment.restricted && !dryRun)
    assertConfirmed(request, name, 'deploy to');
}

import {
  NanteError,
  type DeployRequest,
  type InfrastructureConfig,
} from '@nante/model';
import { octopusFor } from '../connections';
import { assertConfirmed } from '../policy/confirmed';

/** Where a deployment goes, by the configuration alone. */
export interface Destination {
  /** Name of the connection. */
  connection: string;
  /** Environment of Octopus by name. */
  environment: string;
}

type DestinationRequest = Pick<
  DeployRequest,
  | 'connection'
  | 'environment'
  | 'octopusEnvironment'
  | 'operator'
  | 'confirm'
  | 'dryRun'
>;

/**
 * The Octopus and its environment that a request means, and whether it may go there.
 *
 * An environment is restricted where any of ours that stands for it is: naming it otherwise opens nothing.
 *
 * @param verb - for a refusal: `Only operators may <verb> Production.`
 * @throws NanteError `invalid-input`, `refused`
 */
export function destinationOf(
  config: InfrastructureConfig,
  request: DestinationRequest,
  verb: string,
): Destination {
  const { dryRun } = request;
  const own = config.environments[request.environment];
  const { name: connection } = octopusFor(config, request, {
    change: !dryRun,
  });
  if (!own && request.octopusEnvironment === undefined)
    throw new NanteError(
      'invalid-input',
      `There is no environment "${request.environment}".`,
      {
        hint: `Choose one of ${Object.keys(config.environments).sort().join(', ')}, or name the environment of Octopus beside it.`,
      },
    );
  const environment =
    request.octopusEnvironment ??
    own?.octopusEnvironment ??
    request.environment;
  const isRestricted = Object.entries(config.environments).some(
    ([name, other]) =>
      other.restricted &&
      (name === request.environment ||
        ((other.octopus ?? connection) === connection &&
          (other.octopusEnvironment ?? name) === environment)),
  );
  if (isRestricted && !dryRun) assertConfirmed(request, environment, verb);
  return { connection, environment };
}

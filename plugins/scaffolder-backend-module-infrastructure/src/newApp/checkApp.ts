import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { type InfrastructureConfig, connectionsOf } from '@nante/model';
import { repositoryCreatePermission } from '@nante/plugin-infrastructure-common';
import { authorizeForOwner } from '../authorization';
import { authorizeForApp } from '../authorizeApp';
import type { AppComponent } from '../component';
import type { ActionDeps } from '../deps';
import { lookAround, type Surroundings, type Wish } from './lookAround';
import { Problems } from './problems';

/**
 * Whether somebody may make an app: who owns it, or, where the catalog does not have it yet, whoever is in the group that asks
 * for it.
 *
 * @param wish.owner - undefined for an app that is there: its own counts
 * @returns the owner
 * @throws NotAllowedError that says what is missing, InputError for an app that belongs to another group of the same person
 */
export async function authorizeMaking(
  deps: ActionDeps,
  credentials: BackstageCredentials,
  component: AppComponent,
  wish: { owner?: string; makesHost: boolean },
): Promise<string> {
  const { name } = component;
  await authorizeForApp(deps, credentials, {
    ...{ component, permission: repositoryCreatePermission, isOwn: true },
    what: `make the repository of ${name}`,
  });
  const owner = wish.owner ?? component.owner;
  if (!owner || (component.owner && component.owner !== owner))
    throw new InputError(
      owner
        ? `${name} is there already, and ${component.owner} answers for it. Choose that owner, or another name. Nothing was changed.`
        : `The catalog has no component ${name} with an owner: say which group answers for it. Nothing was changed.`,
    );
  if (wish.makesHost) await authorizeForOwner(deps, credentials, owner);
  return owner;
}

/** What the steps of a template have to know of the site. Plain JSON: it is kept in a checkpoint. */
export type Site = Surroundings & {
  /** Environments that the app can be deployed to, its own first. */
  environments: string[];
  /** Who makes its hosts. */
  worker: 'portal' | 'workflow';
};

/**
 * Whether everything is there that an app needs.
 *
 * @throws InputError with everything that is missing
 */
export async function checkSite(
  { engine }: Pick<ActionDeps, 'engine'>,
  wish: Wish,
  options: { signal?: AbortSignal } = {},
): Promise<Site> {
  const config = await engine.config();
  const problems = new Problems();
  const known = config.environments[wish.environment];
  if (!known)
    problems.add(
      `There is no environment ${wish.environment}. Choose one of ${Object.keys(config.environments).join(', ')}.`,
    );
  if (known?.worker === 'workflow' && wish.size === 'custom')
    problems.add(
      `Hosts in ${wish.environment} are made by workflows, which take sizes by their name: choose one of ${known.sizes.join(', ')}.`,
    );
  const around = await lookAround(engine, config, wish, problems, options);
  if (!around || problems.all.length > 0)
    throw new InputError(
      `${wish.app} cannot be made. ${problems.all.join(' ')} Nothing was changed.`,
    );
  const others = Object.keys(config.environments).filter(
    name =>
      (!wish.byOctopus ||
        config.environments[name].octopus === around.octopus?.connection) &&
      (!wish.onCluster || hasCluster(config, name)),
  );
  return {
    ...around,
    environments: [...new Set([wish.environment, ...others])],
    worker: known.worker,
  };
}

/** Whether something can be deployed to a cluster there. */
function hasCluster(config: InfrastructureConfig, environment: string) {
  const clusters = connectionsOf(config, 'kubernetes');
  return (
    config.environments[environment].cluster !== undefined ||
    clusters.length === 1
  );
}

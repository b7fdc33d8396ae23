import type { CallOptions } from '@nante/clients';
import {
  NanteError,
  secretDefinitions,
  type InfrastructureConfig,
  type NanteErrorCode,
  type SecretName,
} from '@nante/model';
import { checkRoleDefaults, secretArguments } from '../ansible';
import type { EngineContext } from '../context';
import { meshAccess } from '../mesh/access';
import { ownedArguments, type SiteNeeds } from './siteVariables';

/** What keeps the roles of a play from mesh, telemetry or their defaults. */
export interface SiteProblem {
  id: 'mesh' | 'telemetry' | 'role-defaults';
  code: NanteErrorCode;
  message: string;
}

type Asking = Pick<
  EngineContext,
  'options' | 'config' | 'tailscale' | 'openobserve'
>;

const described = (name: SecretName) =>
  `${name} (${secretDefinitions[name].description.replace(/\.$/, '')})`;

/**
 * Asks the systems that the roles of a play need, before anything is touched: a wrong password would show itself only after
 * the host was made.
 *
 * @returns all problems; empty where the play may begin
 */
export async function siteProblems(
  context: Asking,
  needs: SiteNeeds,
  options?: CallOptions,
): Promise<SiteProblem[]> {
  const found = await Promise.all([
    defaultsProblem(context, needs),
    meshProblem(context, needs, options),
    telemetryProblem(context, needs, options),
  ]);
  return found.flat();
}

/**
 * Refuses arguments of a request that are not its to give, before there is a document which would keep them: secrets, and what
 * decides who reaches a host and as whom it speaks.
 *
 * @throws NanteError `refused` that names all of them, never a value
 */
export async function assertOwnArguments(
  { options }: Pick<EngineContext, 'options'>,
  needs: SiteNeeds,
): Promise<void> {
  const roles = needs.hosts.flatMap(host => host.roles);
  const secret = options.ansible
    ? await secretArguments(options.ansible.project, roles)
    : [];
  const owned = ownedArguments(needs);
  if (secret.length + owned.length === 0) return;
  const problems = [
    secret.length > 0 &&
      `${secret.join(', ')} cannot be given in a request, which is kept: secrets come by the names in docs/secrets.md.`,
    owned.length > 0 &&
      `${owned.join(', ')} cannot be given in a request: the configuration of ${needs.place.environment} decides.`,
  ];
  throw new NanteError('refused', problems.filter(Boolean).join(' '), {
    hint: 'Nothing was changed, and nothing was kept. Leave them out.',
  });
}

/** @throws NanteError that names all problems; nothing was changed */
export async function assertSite(
  context: Asking,
  needs: SiteNeeds,
  options?: CallOptions,
): Promise<void> {
  const problems = await siteProblems(context, needs, options);
  if (problems.length === 0) return;
  throw new NanteError(
    problems[0].code,
    problems.map(({ message }) => message).join(' '),
    { hint: 'Nothing was changed. Correct what is named, then repeat.' },
  );
}

/** Defaults of the site and of one environment; of all where none is named. */
export function defaultsOf(
  config: InfrastructureConfig,
  environment?: string,
): Record<string, unknown>[] {
  const places = Object.entries(config.environments)
    .filter(([name]) => environment === undefined || name === environment)
    .map(([, { roleDefaults }]) => roleDefaults);
  return [config.roleDefaults, ...places];
}

async function defaultsProblem(
  { options, config }: Asking,
  { place }: SiteNeeds,
): Promise<SiteProblem[]> {
  if (!options.ansible) return [];
  return caught('role-defaults', async () =>
    checkRoleDefaults(
      options.ansible!.project,
      defaultsOf(await config(), place.environment),
    ),
  );
}

function meshProblem(
  context: Asking,
  needs: SiteNeeds,
  options?: CallOptions,
): Promise<SiteProblem[]> {
  return caught('mesh', async () => {
    const access = await meshAccess(context, needs, options);
    if (access.kind === 'client') await access.api.checkAccess(options);
  });
}

function telemetryProblem(
  context: Asking,
  { place, telemetry }: SiteNeeds,
  options?: CallOptions,
): Promise<SiteProblem[]> {
  const { name, connection, hosts } = telemetry;
  return caught('telemetry', async () => {
    if (hosts.length === 0) return;
    const user = connection?.user ?? 'OO_USER';
    const password = connection?.password ?? 'OO_PASS';
    const { secrets } = context.options;
    const names: SecretName[] = [
      ...(connection?.url ? [] : (['OO_HOST'] as const)),
      ...[user, password],
    ];
    const known = await secrets.readOptional(names, options);
    const missing = names.filter(one => known[one] === undefined);
    if (missing.length > 0)
      throw new NanteError(
        'invalid-input',
        `Hosts of ${place.environment} report to ${name ?? 'an OpenObserve'}, and ${secrets.title} lacks ${missing.map(described).join(', ')}.`,
      );
    if (!connection || !name) return;
    await (await context.openobserve(name)).checkAccess(options);
  });
}

async function caught(
  id: SiteProblem['id'],
  ask: () => Promise<void>,
): Promise<SiteProblem[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    const message = [error.message, error.hint].filter(Boolean).join(' ');
    return [{ id, code: error.code, message }];
  }
}

import type { CallOptions, OctopusAccess, OctopusApi } from '@nante/clients';
import {
  connectionsOf,
  type Diagnosis,
  type InfrastructureConfig,
  type OctopusConnection,
} from '@nante/model';
import type { EngineContext } from '../context';
import { loginUser } from '../provision/desired';
import { neededOctopusRights } from './octopusRights';
import { ask, fine, unasked, wrong } from './report';
import { remedies } from './remedies';

interface Place {
  name: string;
  connection: OctopusConnection;
  config: InfrastructureConfig;
}

/**
 * Octopus servers: whether they answer, what our key lacks by name, and what the configuration and our hosts need there.
 * Nothing is made.
 *
 * @param secrets - what was found of the secrets of all connections
 */
export async function examineOctopus(
  context: Pick<EngineContext, 'octopus'>,
  config: InfrastructureConfig,
  secrets: readonly Diagnosis[],
  options: CallOptions,
): Promise<Diagnosis[]> {
  const found = await Promise.all(
    connectionsOf(config, 'octopus').map(async ([name, connection]) => {
      const where = {
        id: `octopus-${name}`,
        group: 'deployments',
        title: `Octopus (${name}) answers and takes our key`,
      } as const;
      const isKnown = secrets.find(({ id }) => id === `secrets-${name}`);
      if (isKnown?.state !== 'ok')
        return [unasked(where, 'its secrets are not there.')];
      let access: OctopusAccess | undefined;
      const first = await ask(where, async () => {
        access = await (await context.octopus(name)).checkAccess(options);
        const { version, spaceName, spaceId, user } = access;
        return `version ${version}, space ${spaceName} (${spaceId}), as ${user}`;
      });
      if (!access) return [first];
      const api = await context.octopus(name);
      const place = { name, connection, config };
      return [
        first,
        rights(place, access),
        ...(await Promise.all([
          environments(place, access, api, options),
          ...(connection.readOnly
            ? []
            : [
                accounts(place, access, api, options),
                thumbprint(place, access, api, options),
              ]),
        ])),
      ];
    }),
  );
  return found.flat();
}

function rights(
  { name, connection }: Place,
  { permissions, user, spaceName }: OctopusAccess,
): Diagnosis {
  const where = {
    id: `octopus-rights-${name}`,
    group: 'deployments',
    title: `Octopus (${name}): our key may do what we do`,
  } as const;
  const needed = neededOctopusRights(connection.readOnly);
  const missing = needed.filter(right => !permissions.includes(right));
  if (missing.length === 0)
    return fine(where, `all ${needed.length} permissions that we use`);
  return wrong(
    where,
    `${user} lacks ${missing.join(', ')} in the space ${spaceName}.`,
    remedies['octopus-rights']!,
  );
}

/** Environments that the configuration names have to be there, by their whole names. */
async function environments(
  { name, config }: Place,
  { permissions }: OctopusAccess,
  api: OctopusApi,
  options: CallOptions,
): Promise<Diagnosis> {
  const where = {
    id: `octopus-environments-${name}`,
    group: 'deployments',
    title: `Octopus (${name}) has the environments that the configuration names`,
  } as const;
  if (!permissions.includes('EnvironmentView'))
    return unasked(where, 'our key may not see environments.');
  const wanted = Object.entries(config.environments)
    .filter(([, { octopus }]) => octopus === name)
    .map(([own, { octopusEnvironment = own }]) => ({
      own,
      octopusEnvironment,
    }));
  let missing: typeof wanted = [];
  const found = await ask(where, async () => {
    const there = (await api.environments(options)).map(one => one.name);
    missing = wanted.filter(one => !there.includes(one.octopusEnvironment));
    return wanted
      .map(one => `${one.own}: ${one.octopusEnvironment}`)
      .join(', ');
  });
  if (missing.length === 0) return found;
  return wrong(
    where,
    `It has no ${missing.map(one => `"${one.octopusEnvironment}" (for ${one.own})`).join(', no ')}.`,
    remedies['octopus-environments']!,
  );
}

/** An SSH account for each user that our hosts are entered as. */
async function accounts(
  { name, connection, config }: Place,
  { permissions }: OctopusAccess,
  api: OctopusApi,
  options: CallOptions,
): Promise<Diagnosis> {
  const where = {
    id: `octopus-account-${name}`,
    group: 'deployments',
    title: `Octopus (${name}) has SSH accounts for the users of our hosts`,
  } as const;
  if (!permissions.includes('AccountView'))
    return unasked(where, 'our key may not see accounts.');
  const { kinds, user } = config.policy;
  const users = [...new Set(kinds.map(kind => loginUser({ kind, user })))];
  let problem: string | undefined;
  const found = await ask(where, async () => {
    const ssh = (await api.accounts(options)).filter(
      ({ type }) => type === 'SshKeyPair',
    );
    const { sshAccount } = connection;
    if (sshAccount !== undefined) {
      if (!ssh.some(one => one.name === sshAccount))
        problem = `It has no SSH account "${sshAccount}", which sshAccount of the connection names.`;
      return sshAccount;
    }
    const count = (of: string) => ssh.filter(one => one.username === of).length;
    const none = users.filter(of => count(of) === 0);
    const many = users.filter(of => count(of) > 1);
    problem = [
      ...none.map(of => `There is none whose user is ${of}.`),
      ...many.map(of => `There are several whose user is ${of}.`),
    ].join(' ');
    return ssh
      .filter(({ username }) => username && users.includes(username))
      .map(one => `${one.name} (${one.username})`)
      .join(', ');
  });
  return problem
    ? wrong(where, problem, remedies['octopus-account']!, 'warning')
    : found;
}

/** Tentacles trust the server by it; targets by SSH do without. */
async function thumbprint(
  { name }: Place,
  _access: OctopusAccess,
  api: OctopusApi,
  options: CallOptions,
): Promise<Diagnosis> {
  const where = {
    id: `octopus-thumbprint-${name}`,
    group: 'deployments',
    title: `Octopus (${name}) says which thumbprint Tentacles are to trust`,
  } as const;
  const found = await ask(
    where,
    () => api.serverThumbprint(options),
    remedies['octopus-thumbprint'],
  );
  return found.state === 'failed' ? { ...found, state: 'warning' } : found;
}

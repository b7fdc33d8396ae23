import {
  connectionNamed,
  connectionsOf,
  NanteError,
  type Connection,
  type Environment,
  type GithubConnection,
  type InfrastructureConfig,
  type KubernetesConnection,
  type NexusConnection,
  type OctopusConnection,
} from '@nante/model';

/** A connection with the name that it has in the configuration. */
export interface NamedConnection<T> {
  name: string;
  connection: T;
}

/** What a request says that decides which connection is meant. */
interface ConnectionChoice {
  /** Name of the connection, where the request names one. */
  connection?: string;
  /** Environment of ours, or a name that the configuration does not know. */
  environment?: string;
}

/** How a connection is going to be used. */
interface ConnectionUse {
  /** Something is going to be changed: a read-only connection is refused. */
  change: boolean;
}

const titles = {
  octopus: 'Octopus',
  nexus: 'Nexus',
  github: 'GitHub',
  kubernetes: 'Kubernetes',
} as const;

/**
 * The Octopus connection that a request means: the one that it names, else that of its environment, else the only one.
 *
 * @throws NanteError `invalid-input` that lists the connections there are, `refused` for a change of a read-only one
 */
export function octopusFor(
  config: InfrastructureConfig,
  choice: ConnectionChoice,
  use: ConnectionUse,
): NamedConnection<OctopusConnection> {
  return chosen(
    config,
    'octopus',
    choice.connection ?? environmentOf(config, choice)?.octopus,
    use,
  );
}

/**
 * The Nexus connection that a request means: the one that it names, else the only one.
 *
 * @throws NanteError `invalid-input` that lists the connections there are, `refused` for a change of a read-only one
 */
export function nexusFor(
  config: InfrastructureConfig,
  choice: Pick<ConnectionChoice, 'connection'>,
  use: ConnectionUse,
): NamedConnection<NexusConnection> {
  return chosen(config, 'nexus', choice.connection, use);
}

/**
 * The GitHub connection that a request means: the one that it names, else the only one.
 *
 * @throws NanteError `invalid-input` that lists the connections there are, `refused` for a change of a read-only one
 */
export function githubFor(
  config: InfrastructureConfig,
  choice: Pick<ConnectionChoice, 'connection'>,
  use: ConnectionUse,
): NamedConnection<GithubConnection> {
  return chosen(config, 'github', choice.connection, use);
}

/**
 * The cluster that a request means: the one that it names, else that of its environment, else the only one.
 *
 * @throws NanteError `invalid-input` that lists the connections there are, `refused` for a change of a read-only one
 */
export function kubernetesFor(
  config: InfrastructureConfig,
  choice: ConnectionChoice,
  use: ConnectionUse,
): NamedConnection<KubernetesConnection> {
  return chosen(
    config,
    'kubernetes',
    choice.connection ?? environmentOf(config, choice)?.cluster,
    use,
  );
}

function environmentOf(
  { environments }: InfrastructureConfig,
  { environment }: ConnectionChoice,
): Environment | undefined {
  return environment === undefined ? undefined : environments[environment];
}

function chosen<T extends keyof typeof titles>(
  config: InfrastructureConfig,
  type: T,
  named: string | undefined,
  { change }: ConnectionUse,
): NamedConnection<Extract<Connection, { type: T }>> {
  const all = connectionsOf(config, type);
  const title = titles[type];
  const name = named ?? (all.length === 1 ? all[0][0] : undefined);
  const connection = connectionNamed(config, type, name);
  if (name === undefined || !connection)
    throw new NanteError(
      'invalid-input',
      name === undefined
        ? unnamedProblem(title, all.length)
        : `There is no ${title} connection "${name}".`,
      {
        hint:
          all.length === 0
            ? `Add a connection of type ${type} under infrastructure.connections.`
            : `Name one of ${all.map(([known]) => known).join(', ')}.`,
      },
    );
  if (change && isReadOnly(connection))
    throw new NanteError(
      'refused',
      `The connection ${name} is read-only: nothing can be changed in this ${title}.`,
      {
        hint: 'Name another connection, or take readOnly out of its configuration.',
      },
    );
  return { name, connection };
}

function isReadOnly(connection: Connection): boolean {
  return 'readOnly' in connection && connection.readOnly;
}

function unnamedProblem(title: string, count: number): string {
  return count === 0
    ? `There is no ${title} connection.`
    : `There are ${count} ${title} connections, and the request names none.`;
}

import type { Engine } from '@nante/engine';
import {
  connectionNamed,
  connectionsOf,
  type InfrastructureConfig,
  NanteError,
} from '@nante/model';
import type {
  ConnectionHealth,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import { describeError } from '../hosts/ConnectionSource';
import type { HostRegistry } from '../hosts/registryTypes';
import type { DeploymentRegistry, SpaceView } from './deploymentTypes';
import { DeploymentReader } from './deploymentFacts';
import { joinTargets } from './joinTargets';
import { OctopusSource } from './OctopusSource';

/** Makes the registry. `now` answers milliseconds. */
export function createDeploymentRegistry(deps: {
  engine: Pick<Engine, 'octopus' | 'nexus'>;
  shared: InfrastructureConfig;
  hosts: Pick<HostRegistry, 'records'>;
  now?: () => number;
}): DeploymentRegistry {
  const { engine, shared, hosts } = deps;
  const now = deps.now ?? (() => Date.now());
  const spaces = new Map(
    connectionsOf(shared, 'octopus').map(([name, connection]) => {
      const source = new OctopusSource({ name, connection, engine, now });
      return [name, { source, reader: new DeploymentReader(source, now) }];
    }),
  );
  const nexus = new Map(
    connectionsOf(shared, 'nexus').map(([name]) => [
      name,
      {} as { at?: number; latencyMs?: number; error?: string },
    ]),
  );

  const space = (name: string) =>
    spaces.get(name) ?? unknown('Octopus', name, [...spaces.keys()]);
  const nexusNamed = (name: string) =>
    nexus.get(name) ?? unknown('Nexus', name, [...nexus.keys()]);

  const machinesOf = (name: string) => {
    const source = spaces.get(name)?.source;
    return source?.knowsMachines ? source.machines : undefined;
  };

  const registry: DeploymentRegistry = {
    octopusNames: [...spaces.keys()],
    nexusNames: [...nexus.keys()],

    async spaces(options = {}) {
      return Promise.all(
        [...spaces.values()].map(({ source }) => look(source, options)),
      );
    },

    space: async (name, options = {}) => look(space(name).source, options),

    known: () => [...spaces.values()].map(({ source }) => viewOf(source)),

    async deployment(name, id) {
      const { source, reader } = space(name);
      await source.lookBack();
      return reader.read(id);
    },

    packagesOf: async (name, projectId) =>
      space(name).reader.packagesOf(projectId),
    feedsOf: async name => space(name).reader.feeds(),

    async targets() {
      const records = await hosts.records();
      return joinTargets(records.targets, records.hosts, machinesOf);
    },

    async observe(name, options) {
      const seen = await space(name).source.observe(options);
      const records = await hosts.records();
      const own = records.targets.filter(target => target.connection === name);
      return {
        connection: name,
        ...seen,
        joined: joinTargets(own, records.hosts, () => seen.machines),
      };
    },

    octopus: name => space(name).source.api(),

    async nexus(name) {
      nexusNamed(name);
      return engine.nexus(name);
    },

    async ofNexus(name, call) {
      const noted = nexusNamed(name);
      const startedAt = now();
      try {
        const answer = await call(await engine.nexus(name));
        noted.at = now();
        noted.latencyMs = noted.at - startedAt;
        noted.error = undefined;
        return answer;
      } catch (error) {
        // What somebody asked wrongly says nothing about the server.
        if (!isOfAsker(error)) noted.error = describeError(error);
        throw error;
      }
    },

    nexusAge(name): SourceAge {
      const { at, error } = nexusNamed(name);
      return {
        connection: name,
        ok: at !== undefined && error === undefined,
        lastSuccessAt:
          at === undefined ? undefined : new Date(at).toISOString(),
        error,
      };
    },

    connections(): ConnectionHealth[] {
      return [
        ...[...spaces.values()].map(({ source }) => source.health()),
        ...[...nexus].map(([name, { latencyMs }]): ConnectionHealth => {
          const { ok, lastSuccessAt, error } = registry.nexusAge(name);
          const connection = connectionNamed(shared, 'nexus', name)!;
          return {
            ...{ name, ok, lastSuccessAt, error, latencyMs },
            type: 'nexus',
            url: connection.url ?? '',
            readOnly: connection.readOnly,
          };
        }),
      ];
    },

    invalidate(name) {
      const chosen = name === undefined ? [...spaces.keys()] : [name];
      for (const one of chosen) {
        const found = spaces.get(one);
        found?.source.invalidate();
        found?.source.invalidateTargets();
        found?.reader.invalidate();
      }
    },
  };
  return registry;
}

async function look(
  source: OctopusSource,
  { history = false }: { history?: boolean },
): Promise<SpaceView> {
  await (history ? source.lookBack() : source.look());
  return viewOf(source);
}

function viewOf(source: OctopusSource): SpaceView {
  const { name, connection, board, inventory, machines, history } = source;
  const { machinesAt, observedAt } = source;
  return {
    ...{ name, connection, board, inventory, machines, history },
    ...{ machinesAt, observedAt },
    age: source.age(),
  };
}

function isOfAsker(error: unknown): boolean {
  return (
    NanteError.is(error) &&
    ['not-found', 'invalid-input', 'conflict'].includes(error.code)
  );
}

function unknown(title: string, name: string, known: string[]): never {
  throw new NanteError('not-found', `There is no ${title} "${name}"`, {
    hint: known.length
      ? `Configured are ${known.join(', ')}.`
      : `Add a connection of type ${title.toLowerCase()} under infrastructure.connections.`,
  });
}

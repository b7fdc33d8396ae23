import type {
  AuthService,
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  type Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type {
  CatalogService,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import {
  ANNOTATION_CONNECTION,
  HOSTS_CHANGED_TOPIC,
  type HostsChangedEvent,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  HostRegistry,
} from '@nante/plugin-infrastructure-node';
import { EntitySync } from './EntitySync';
import type { KnownEntity } from './entities';
import { connectionSource, serversSource, targetsSource } from './sources';
import { SERVERS_LOCATION } from './transformers';

/** Owns the entities in the catalog; a new name would evict them all. */
const PROVIDER_NAME = 'infrastructure';

interface ProviderDependencies {
  auth: AuthService;
  catalog: CatalogService;
  /** Owner of what we did not make, an entity ref. */
  defaultOwner: string;
  deployments: DeploymentRegistry;
  events: EventsService;
  logger: LoggerService;
  registry: HostRegistry;
  taskRunner: SchedulerServiceTaskRunner;
}

/** Clusters, nodes, VMs and containers of every connection, servers that were onboarded, and what Octopus has beside them. */
export class InfrastructureEntityProvider implements EntityProvider {
  readonly #deps: ProviderDependencies;

  constructor(deps: ProviderDependencies) {
    this.#deps = deps;
  }

  getProviderName(): string {
    return PROVIDER_NAME;
  }

  /** Starts one task for each connection, so that a dead cluster delays nobody and its failure shows under its name. */
  async connect(connection: EntityProviderConnection): Promise<void> {
    const { deployments, events, logger, registry, taskRunner } = this.#deps;
    const common = { catalog: connection, logger, locationKey: PROVIDER_NAME };
    const syncs = new Map(
      registry.connectionNames.map(name => [
        name,
        new EntitySync({
          ...common,
          source: connectionSource(name, this.#deps),
          read: () => this.#readBack(ANNOTATION_CONNECTION, name),
        }),
      ]),
    );
    for (const name of deployments.octopusNames) {
      syncs.set(
        name,
        new EntitySync({
          ...common,
          source: targetsSource(name, this.#deps),
          read: () => this.#readBack(ANNOTATION_CONNECTION, name),
        }),
      );
    }
    // Under the name that events give to what is on no connection.
    syncs.set(
      '',
      new EntitySync({
        ...common,
        source: serversSource(this.#deps),
        read: () => this.#readBack(ANNOTATION_LOCATION, SERVERS_LOCATION),
      }),
    );

    await events.subscribe({
      id: `${PROVIDER_NAME}-entity-provider`,
      topics: [HOSTS_CHANGED_TOPIC],
      onEvent: async ({ eventPayload }) => {
        const change = eventPayload as HostsChangedEvent;
        registry.invalidate(change.connection);
        await syncs
          .get(change.connection)
          ?.sync({ change })
          // The schedule looks again soon; a run that succeeded must not fail for this.
          .catch(error =>
            logger.warn(
              `The catalog could not take over a change of ${change.connection || 'onboarded servers'} at once: ${error}`,
            ),
          );
      },
    });

    for (const [name, sync] of syncs) {
      await taskRunner.run({
        id: name
          ? `${PROVIDER_NAME}:${name}:refresh`
          : `${PROVIDER_NAME}-servers:refresh`,
        fn: signal => sync.sync({ signal }),
      });
    }
  }

  async #readBack(
    annotation: string,
    value: string,
  ): Promise<Map<string, KnownEntity>> {
    const { auth, catalog } = this.#deps;
    const credentials = await auth.getOwnServiceCredentials();
    const known = new Map<string, KnownEntity>();
    const pages = catalog.streamEntities(
      {
        filter: {
          kind: 'Resource',
          [`metadata.annotations.${annotation}`]: value,
        },
        fields: [
          'kind',
          'metadata.name',
          'metadata.namespace',
          'metadata.annotations',
          'spec.dependsOn',
        ],
      },
      { credentials },
    );
    for await (const page of pages) {
      for (const entity of page as Entity[]) {
        known.set(stringifyEntityRef(entity), { entity, hash: '' });
      }
    }
    return known;
  }
}

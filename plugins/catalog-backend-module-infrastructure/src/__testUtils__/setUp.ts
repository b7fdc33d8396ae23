import { mockServices } from '@backstage/backend-test-utils';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';
import {
  createDeploymentRegistry,
  createHostRegistry,
} from '@nante/plugin-infrastructure-node';
import {
  type FakeWorld,
  fakeConfig,
  fakeEngine,
} from '@nante/plugin-infrastructure-node/testUtils';
import { EntitySync } from '../EntitySync';
import type { InfrastructureConfig } from '@nante/model';
import type { Engine } from '@nante/plugin-infrastructure-node';
import type { KnownEntity } from '../entities';
import {
  type EntitySource,
  connectionSource,
  serversSource,
  targetsSource,
} from '../sources';

/** A catalog that takes deltas, and syncs on a fake Proxmox and bucket. */
export function setUp(
  world: FakeWorld,
  held = new Map<string, KnownEntity>(),
  /** Octopus, where a test has one. */
  octopus: { clients?: Partial<Engine>; config?: InfrastructureConfig } = {},
) {
  const catalog = new Map<string, KnownEntity>(held);
  const mutations: EntityProviderMutation[] = [];
  const logger = mockServices.logger.mock();
  const connection: EntityProviderConnection = {
    applyMutation: async mutation => {
      mutations.push(mutation);
      if (mutation.type !== 'delta')
        throw new Error('only deltas are expected');
      for (const { entity } of mutation.added) {
        catalog.set(stringifyEntityRef(entity), { entity, hash: '' });
      }
      for (const removal of mutation.removed) {
        if ('entityRef' in removal) catalog.delete(removal.entityRef);
      }
    },
    refresh: async () => {},
  };
  const clock = { now: 1_000_000 };
  const start = () => {
    const common = {
      engine: fakeEngine(world, octopus.clients),
      shared: octopus.config ?? fakeConfig,
      now: () => clock.now,
    };
    const registry = createHostRegistry(common);
    const deployments = createDeploymentRegistry({
      ...common,
      hosts: registry,
    });
    const options = {
      registry,
      deployments,
      defaultOwner: 'group:default/platform',
    };
    const syncOf = (source: EntitySource, ours: (ref: string) => boolean) =>
      new EntitySync({
        source,
        catalog: connection,
        read: async () => new Map([...catalog].filter(([ref]) => ours(ref))),
        logger,
        locationKey: 'infrastructure',
        now: () => clock.now,
      });
    return {
      registry,
      sync: syncOf(connectionSource('lab', options), ref =>
        ref.startsWith('resource:default/lab'),
      ),
      servers: syncOf(serversSource(options), ref => ref.includes('.')),
      targets: syncOf(targetsSource('octopus', options), ref =>
        ref.startsWith('resource:default/octopus-'),
      ),
    };
  };
  const guests = () =>
    [...catalog.keys()].filter(ref => /lab-\d+$/.test(ref)).length;
  return { ...start(), catalog, clock, guests, logger, mutations, start };
}

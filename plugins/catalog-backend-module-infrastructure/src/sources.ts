import type { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_PRIVILEGES,
  ANNOTATION_PROXMOX_GUEST,
  type HostsChangedEvent,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  HostRegistry,
} from '@nante/plugin-infrastructure-node';
import { TargetFacts } from './TargetFacts';
import {
  type EntityLook,
  type KnownEntity,
  checkEntities,
  connectionEntities,
  targetEntities,
} from './entities';
import { serverToEntity } from './transformers';

/** Where the entities of one sync come from. */
export interface EntitySource {
  /** For sentences, such as `lab`. */
  readonly name: string;
  /**
   * A fresh look.
   *
   * @throws when the source doesn't answer or isn't believed
   */
  look(options: {
    signal?: AbortSignal;
    /** A person said that what is missing is really gone. */
    accept?: boolean;
  }): Promise<EntityLook>;
  /** What the catalog holds of it, so that the first answer is measured against that. */
  recall(held: Map<string, KnownEntity>): void;
  /** Whether a change names the thing behind an entity, so that its absence needs no second look. */
  names(change: HostsChangedEvent, entity: Entity): boolean;
}

interface Options {
  registry: HostRegistry;
  deployments: DeploymentRegistry;
  /** Owner of what we did not make, an entity ref. */
  defaultOwner: string;
}

/** Cluster, nodes and guests of a connection. */
export function connectionSource(
  name: string,
  { registry, deployments, defaultOwner }: Options,
): EntitySource {
  const facts = new TargetFacts(deployments);
  const prefix = `${name}/`;
  const guestOf = (entity: Entity) =>
    entity.metadata.annotations?.[ANNOTATION_PROXMOX_GUEST] ?? '';
  return {
    name,
    async look(options) {
      const observation = await registry.observe(name, options);
      return {
        ...(await connectionEntities(observation, {
          defaultOwner,
          targets: await facts.read(),
        })),
        outOfSight: observation.nodeOffline
          ? `A node of ${name} is offline`
          : undefined,
      };
    },
    recall(held) {
      facts.recall(held);
      const entities = [...held.values()].map(({ entity }) => entity);
      // What the last look of an earlier process wrote to the cluster's entity.
      const privileges = entities
        .map(entity => entity.metadata.annotations?.[ANNOTATION_PRIVILEGES])
        .find(Boolean);
      registry.expect(
        name,
        entities
          .map(guestOf)
          .filter(guest => guest.startsWith(prefix))
          .map(guest => Number(guest.slice(prefix.length))),
        privileges === undefined ? undefined : Number(privileges),
      );
    },
    names: ({ connection, vmIds }, entity) =>
      connection === name &&
      vmIds.some(vmId => guestOf(entity) === `${prefix}${vmId}`),
  };
}

/** Onboarded servers that are no guests, out of our records. */
export function serversSource({
  registry,
  deployments,
}: Pick<Options, 'registry' | 'deployments'>): EntitySource {
  const facts = new TargetFacts(deployments);
  return {
    name: 'onboarded servers',
    async look() {
      const { servers } = await registry.observeServers();
      const targets = await facts.read();
      return checkEntities(
        servers.map(server => [
          server.name,
          () => serverToEntity(server, targets.get(server.entityRef)),
        ]),
      );
    },
    recall: held => facts.recall(held),
    // A record that is gone may be one that could not be read: two looks have to lack it.
    names: () => false,
  };
}

/** Environments of an Octopus, and its targets that are no hosts of ours. */
export function targetsSource(
  name: string,
  { deployments, defaultOwner }: Pick<Options, 'deployments' | 'defaultOwner'>,
): EntitySource {
  return {
    name,
    async look({ accept }) {
      const observation = await deployments.observe(name, { accept });
      return targetEntities(observation, { defaultOwner });
    },
    recall() {},
    names: () => false,
  };
}

import { createHash } from 'node:crypto';
import {
  type Entity,
  DefaultNamespaceEntityPolicy,
  EntityPolicies,
  FieldFormatEntityPolicy,
  NoForeignRootFieldsEntityPolicy,
  SchemaValidEntityPolicy,
  resourceEntityV1alpha1Validator,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type {
  Observation,
  TargetsObservation,
} from '@nante/plugin-infrastructure-node';
import type { TargetFact } from './TargetFacts';
import { environmentToEntity, targetToEntity } from './targetTransformers';
import { clusterToEntity, hostToEntity, nodeToEntity } from './transformers';

/** An entity and what to compare it by. */
export interface KnownEntity {
  entity: Entity;
  /** Independent of the order of keys; empty for one that was read back from the catalog. */
  hash: string;
}

/** Something the catalog would refuse. */
export interface Quarantined {
  name: string;
  reason: string;
}

const policy = EntityPolicies.allOf([
  new SchemaValidEntityPolicy(),
  new DefaultNamespaceEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy(),
  new FieldFormatEntityPolicy(),
]);

/** Entities of one look, by entity ref. */
export interface EntityLook {
  entities: Map<string, KnownEntity>;
  /** Left out: the catalog would refuse them. */
  quarantined: Quarantined[];
  /** Why things that are missing may only be out of sight. */
  outOfSight?: string;
}

/** Entities of one look at a connection. */
export function connectionEntities(
  observation: Observation,
  options: { defaultOwner: string; targets: Map<string, TargetFact> },
): Promise<EntityLook> {
  return checkEntities([
    [observation.connection, () => clusterToEntity(observation, options)],
    ...observation.nodes.map((node): [string, () => Entity] => [
      node.name,
      () => nodeToEntity(node, options),
    ]),
    ...observation.hosts.map((host): [string, () => Entity] => [
      `${host.name} (${host.vmId})`,
      () =>
        hostToEntity(host, {
          ...options,
          target: options.targets.get(host.entityRef),
        }),
    ]),
  ]);
}

/** Entities of one look at an Octopus: environments, and targets that are no host of ours, which has its own entity. */
export function targetEntities(
  { connection, machines, environments, joined }: TargetsObservation,
  options: { defaultOwner: string },
): Promise<EntityLook> {
  const hosts = new Set(
    joined.filter(({ host }) => host).map(({ target }) => target.machineId),
  );
  return checkEntities([
    ...environments.map((environment): [string, () => Entity] => [
      `${environment.name} (${environment.id})`,
      () => environmentToEntity(connection, environment, options),
    ]),
    ...machines
      .filter(({ id }) => !hosts.has(id))
      .map((machine): [string, () => Entity] => [
        `${machine.name} (${machine.id})`,
        () => targetToEntity(connection, machine, options),
      ]),
  ]);
}

/**
 * Makes entities. One that the catalog would refuse is left out and named, since one bad guest must not spoil the others.
 *
 * @param makers - each with a name for the sentence about it
 */
export async function checkEntities(
  makers: [string, () => Entity][],
): Promise<EntityLook> {
  const entities = new Map<string, KnownEntity>();
  const quarantined: Quarantined[] = [];
  for (const [name, make] of makers) {
    try {
      const entity = make();
      // The same checks as the catalog's, on a copy: a policy may fill in the namespace.
      const checked = await policy.enforce(structuredClone(entity));
      if (!checked || !(await resourceEntityV1alpha1Validator.check(checked))) {
        throw new Error('it is no Resource');
      }
      entities.set(stringifyEntityRef(entity), {
        entity,
        hash: hashEntity(entity),
      });
    } catch (error) {
      quarantined.push({
        name,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { entities, quarantined };
}

/** The same for the same facts, whatever order they came in. */
function hashEntity(entity: Entity): string {
  return createHash('sha256').update(canonical(entity)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );
}

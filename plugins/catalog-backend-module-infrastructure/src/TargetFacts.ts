import type { Entity } from '@backstage/catalog-model';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { DeploymentRegistry } from '@nante/plugin-infrastructure-node';
import type { KnownEntity } from './entities';
import { environmentRef, isEnvironmentRef } from './targetTransformers';

/** What makes the entity of a host one of a deployment target. */
export interface TargetFact {
  /** `<connection>/<machine id>` */
  target: string;
  /** Entity refs of its environments of Octopus. */
  environments: string[];
}

/**
 * Which hosts are deployment targets, by our recorded ids. Asks nobody but the bucket; until Octopus has answered, the
 * environments are those that the catalog holds, so that a restart beside an Octopus that is down changes no entity.
 */
export class TargetFacts {
  readonly #deployments: Pick<DeploymentRegistry, 'targets' | 'known'>;
  #held = new Map<string, string[]>();

  constructor(deployments: Pick<DeploymentRegistry, 'targets' | 'known'>) {
    this.#deployments = deployments;
  }

  /** What the catalog holds. */
  recall(held: Map<string, KnownEntity>): void {
    this.#held = new Map(
      [...held].map(([ref, { entity }]) => [ref, environmentsOf(entity)]),
    );
  }

  /** By entity ref of the host. A host that is a target in several spaces has the first by name. */
  async read(): Promise<Map<string, TargetFact>> {
    const joined = await this.#deployments.targets();
    const answered = new Set(
      this.#deployments
        .known()
        .filter(({ age }) => age.lastSuccessAt !== undefined)
        .map(({ name }) => name),
    );
    const facts = new Map<string, TargetFact>();
    const sorted = [...joined].sort((a, b) =>
      a.target.connection < b.target.connection ? -1 : 1,
    );
    for (const { host, target, machine } of sorted) {
      if (!host || facts.has(host.entityRef)) continue;
      const { connection, machineId } = target;
      facts.set(host.entityRef, {
        target: `${connection}/${machineId}`,
        environments: answered.has(connection)
          ? (machine?.environmentIds ?? [])
              .map(id => environmentRef(connection, id))
              .sort()
          : (this.#held.get(host.entityRef) ?? []),
      });
    }
    return facts;
  }
}

function environmentsOf(entity: Entity): string[] {
  const all = entity.spec?.dependsOn;
  return Array.isArray(all)
    ? all
        .filter((ref): ref is string => typeof ref === 'string')
        .map(ref => stringifyEntityRef(parseEntityRef(ref)))
        .filter(isEnvironmentRef)
    : [];
}

import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type ResourceEntity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  ANNOTATION_CONNECTION,
  ANNOTATION_OCTOPUS_ENVIRONMENT,
  ANNOTATION_OCTOPUS_TARGET,
  HOST_TYPES,
} from '@nante/plugin-infrastructure-common';
import type { TargetsObservation } from '@nante/plugin-infrastructure-node';
import { toTags, toTitle } from './transformers';

type Machine = TargetsObservation['machines'][number];
type Environment = TargetsObservation['environments'][number];

/** Entity of a deployment target that is no host of ours. Health is no slow fact and comes live from the back end. */
export function targetToEntity(
  connection: string,
  machine: Machine,
  options: { defaultOwner: string },
): ResourceEntity {
  const name = octopusEntityName(connection, machine.id);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name,
      title: toTitle(machine.name) ?? name,
      annotations: {
        ...locations(connection),
        [ANNOTATION_OCTOPUS_TARGET]: `${connection}/${machine.id}`,
      },
      tags: toTags(machine.roles),
    },
    spec: {
      type: HOST_TYPES.target,
      // Whoever may register a target chooses its name and tags: they make no owner.
      owner: options.defaultOwner,
      dependsOn: machine.environmentIds
        .map(id => environmentRef(connection, id))
        .sort(),
    },
  };
}

/** Entity of an environment of Octopus. */
export function environmentToEntity(
  connection: string,
  environment: Environment,
  options: { defaultOwner: string },
): ResourceEntity {
  const name = octopusEntityName(connection, environment.id);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name,
      title: toTitle(environment.name) ?? name,
      annotations: {
        ...locations(connection),
        [ANNOTATION_OCTOPUS_ENVIRONMENT]: `${connection}/${environment.id}`,
      },
    },
    spec: { type: HOST_TYPES.environment, owner: options.defaultOwner },
  };
}

/** Entity ref of an environment of Octopus. */
export function environmentRef(connection: string, id: string): string {
  return stringifyEntityRef({
    kind: 'resource',
    namespace: 'default',
    name: octopusEntityName(connection, id),
  });
}

/** Whether an entity ref is that of an environment of Octopus. */
export function isEnvironmentRef(ref: string): boolean {
  return /^resource:default\/.+-environments-\d+$/.test(ref);
}

/** Location of what comes from an Octopus. */
function octopusLocation(connection: string): string {
  return `octopus:${connection}`;
}

function octopusEntityName(connection: string, id: string): string {
  return `${connection}-${id.toLowerCase()}`;
}

function locations(connection: string): Record<string, string> {
  const location = octopusLocation(connection);
  return {
    [ANNOTATION_LOCATION]: location,
    [ANNOTATION_ORIGIN_LOCATION]: location,
    [ANNOTATION_CONNECTION]: connection,
  };
}

import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  KubernetesValidatorFunctions,
  type ResourceEntity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  ANNOTATION_APP,
  ANNOTATION_CONNECTION,
  ANNOTATION_ENVIRONMENT,
  ANNOTATION_OCTOPUS_TARGET,
  ANNOTATION_PRIVILEGES,
  ANNOTATION_PROXMOX_GUEST,
  ANNOTATION_PROXMOX_NODE,
  ANNOTATION_REQUEST,
  ANNOTATION_SERVER,
  ANNOTATION_WORKSPACE,
  HOST_TYPES,
  type HostSummary,
  type NodeSummary,
  hostEntityName,
} from '@nante/plugin-infrastructure-common';

import type { Observation } from '@nante/plugin-infrastructure-node';
import type { TargetFact } from './TargetFacts';

/** Longest name of an entity, and longest tag. */
const LONGEST = 63;
/** Longest title that pages can show; whoever names a VM doesn't decide how wide a page is. */
const LONGEST_TITLE = 100;

const isEntityName = KubernetesValidatorFunctions.isValidObjectName;

/** Entity of a host. Only slow facts: what changes by itself comes live from the back end. */
export function hostToEntity(
  host: HostSummary,
  options: { defaultOwner: string; target?: TargetFact },
): ResourceEntity {
  const { connection, vmId } = host;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: hostEntityName(connection, vmId),
      title: toTitle(host.name) ?? hostEntityName(connection, vmId),
      annotations: {
        ...locations(connection),
        [ANNOTATION_PROXMOX_GUEST]: `${connection}/${vmId}`,
        [ANNOTATION_PROXMOX_NODE]: host.node,
        ...ownFacts(host),
        ...targetFacts(options.target),
      },
      tags: toTags(host.tags),
    },
    spec: {
      type: HOST_TYPES[host.kind],
      // Of the desired document; a tag or a name that somebody typed never makes an owner.
      owner: host.owner ?? options.defaultOwner,
      ...dependsOn([
        // A relation to what can't be an entity would be an error on this one.
        ...(isEntityName(nodeEntityName(connection, host.node))
          ? [nodeRef(connection, host.node)]
          : []),
        ...(options.target?.environments ?? []),
      ]),
    },
  };
}

function targetFacts(fact: TargetFact | undefined): Record<string, string> {
  return fact ? { [ANNOTATION_OCTOPUS_TARGET]: fact.target } : {};
}

function dependsOn(refs: string[]): { dependsOn?: string[] } {
  return refs.length ? { dependsOn: refs } : {};
}

/** Location of onboarded servers that are no guests: our records. */
export const SERVERS_LOCATION = 'nante:servers';

/** Entity of an onboarded server that is no guest, or whose connection is not ours. */
export function serverToEntity(
  server: HostSummary,
  target?: TargetFact,
): ResourceEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: parseEntityRef(server.entityRef).name,
      title: server.name,
      annotations: {
        [ANNOTATION_LOCATION]: SERVERS_LOCATION,
        [ANNOTATION_ORIGIN_LOCATION]: SERVERS_LOCATION,
        [ANNOTATION_SERVER]: server.name,
        ...ownFacts(server),
        ...targetFacts(target),
      },
    },
    spec: {
      type: HOST_TYPES.server,
      owner: server.owner!,
      ...dependsOn(target?.environments ?? []),
    },
  };
}

/** What our record says of a host. */
function ownFacts(host: HostSummary): Record<string, string> {
  return {
    ...(host.app && { [ANNOTATION_APP]: host.app }),
    ...(host.environment && { [ANNOTATION_ENVIRONMENT]: host.environment }),
    ...(host.workspace && { [ANNOTATION_WORKSPACE]: host.workspace }),
    ...(host.requestId && { [ANNOTATION_REQUEST]: host.requestId }),
  };
}

/** Entity of a node. */
export function nodeToEntity(
  node: NodeSummary,
  options: { defaultOwner: string },
): ResourceEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: nodeEntityName(node.connection, node.name),
      title: toTitle(node.name) ?? nodeEntityName(node.connection, node.name),
      annotations: {
        ...locations(node.connection),
        [ANNOTATION_PROXMOX_NODE]: node.name,
      },
    },
    spec: {
      type: HOST_TYPES.node,
      owner: options.defaultOwner,
      dependsOn: [stringifyEntityRef(resource(node.connection))],
    },
  };
}

/** Entity of the cluster behind a connection. */
export function clusterToEntity(
  { connection, privileges }: Pick<Observation, 'connection' | 'privileges'>,
  options: { defaultOwner: string },
): ResourceEntity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: connection,
      title: connection,
      description: 'Proxmox VE cluster',
      annotations: {
        ...locations(connection),
        [ANNOTATION_PROXMOX_GUEST]: connection,
        [ANNOTATION_PRIVILEGES]: String(privileges),
      },
    },
    spec: { type: HOST_TYPES.cluster, owner: options.defaultOwner },
  };
}

/** Tags that the catalog takes: lower case words with single hyphens, sorted, each once. */
export function toTags(tags: string[]): string[] {
  const valid = tags
    .map(tag =>
      tag
        .toLowerCase()
        .replace(/[^a-z0-9+#]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, LONGEST)
        .replace(/-+$/, ''),
    )
    .filter(Boolean);
  return [...new Set(valid)].sort();
}

function nodeEntityName(connection: string, node: string): string {
  return `${connection}-node-${node}`;
}

function nodeRef(connection: string, node: string): string {
  return stringifyEntityRef(resource(nodeEntityName(connection, node)));
}

function resource(name: string) {
  return { kind: 'resource', namespace: 'default', name };
}

function locations(connection: string): Record<string, string> {
  const location = `proxmox:${connection}`;
  return {
    [ANNOTATION_LOCATION]: location,
    [ANNOTATION_ORIGIN_LOCATION]: location,
    [ANNOTATION_CONNECTION]: connection,
  };
}

/** Title that pages can show; undefined for a name without anything to show. */
export function toTitle(name: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  const printable = name.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return printable.slice(0, LONGEST_TITLE) || undefined;
}

import type { ProxmoxNode, ProxmoxResources } from '@nante/clients';
import type { NodeSummary } from '@nante/plugin-infrastructure-common';

/**
 * Figures of a node. A token without `Sys.Audit` gets none at all: then nothing is said to be in use either, so that no
 * page calls the node empty.
 */
export function nodeFigures(
  node: ProxmoxNode,
): Pick<NodeSummary, 'cores' | 'cpu' | 'memory' | 'memoryUsed'> {
  const { cores, cpu, memory, memoryUsed } = node;
  return memory > 0 ? { cores, cpu, memory, memoryUsed } : { cores, memory };
}

/** Nodes of one connection with their storages; sorted by name. */
export function summariseNodes(
  connection: string,
  resources: ProxmoxResources,
  live: boolean,
): NodeSummary[] {
  return resources.nodes
    .map(node => {
      const online = node.status === 'online' ? 'Running' : 'Failed';
      return {
        connection,
        name: node.name,
        state:
          live && node.status !== 'unknown' ? online : ('Unknown' as const),
        ...nodeFigures(node),
        guests: resources.guests.filter(
          guest => guest.node === node.name && !guest.template,
        ).length,
        storages: resources.storages
          .filter(storage => storage.node === node.name)
          .map(({ name, shared, size, used, content }) => ({
            name,
            shared,
            size,
            used,
            content,
          }))
          .sort((a, b) => a.name.localeCompare(b.name)),
      } satisfies NodeSummary;
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

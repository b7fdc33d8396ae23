import type { ProxmoxResources } from '@nante/clients';
import type { NodeSummary } from '@nante/plugin-infrastructure-common';

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
        cores: node.cores,
        cpu: node.cpu,
        memory: node.memory,
        memoryUsed: node.memoryUsed,
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

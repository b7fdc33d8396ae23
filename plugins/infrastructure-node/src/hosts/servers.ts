import type { ManagedServer } from '@nante/engine';
import { workspaceName } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { recordOfServer } from '../records/records';

/** What our record says of an onboarded server, in the words of a row. */
export function onboardedFacts({
  app,
  environment,
  name,
  server,
}: ManagedServer) {
  return {
    name,
    owner: server.owner,
    app,
    environment,
    workspace: workspaceName(app, environment),
    requestId: server.request_id,
    addresses: [server.address],
    management: 'onboarded' as const,
  };
}

/**
 * Row of an onboarded server whose figures nobody tells us: one that is no guest, or whose guest is gone.
 *
 * @param observedAt - ISO time of the record
 * @param gone - Proxmox answers, and has no such guest
 */
export function serverRow(
  server: ManagedServer,
  observedAt: string,
  gone = false,
): HostSummary {
  const { guest, entityRef } = recordOfServer(server);
  return {
    connection: guest?.connection ?? '',
    vmId: guest?.vmId ?? 0,
    kind: 'server',
    node: '',
    state: gone ? 'Attention' : 'Unknown',
    nativeState: gone ? 'absent' : 'unknown',
    tags: [],
    cores: 0,
    memory: 0,
    disk: 0,
    ...onboardedFacts(server),
    managementDetail: gone
      ? 'It was onboarded, and its guest is no longer in Proxmox.'
      : undefined,
    entityRef,
    observedAt,
  };
}

/** Onboarded servers that no connection tells of. */
export function unseenServers(
  servers: ManagedServer[],
  connections: Iterable<string>,
): ManagedServer[] {
  const known = new Set(connections);
  return servers.filter(
    ({ server }) => !server.guest || !known.has(server.guest.connection),
  );
}

import type { ProxmoxGuest } from '@nante/clients';
import type { ManagedHost, ManagedServer } from '@nante/engine';
import { stampTags, workspaceName } from '@nante/model';
import {
  type HealthWord,
  type HostSummary,
  hostEntityRef,
} from '@nante/plugin-infrastructure-common';
import { onboardedFacts, serverRow } from './servers';

/** What a row is made of. */
export interface JoinInput {
  connection: string;
  /** Guests of Proxmox's last good answer; templates are left out of the result. */
  guests: ProxmoxGuest[];
  /** Hosts of ours on this connection. */
  managed: ManagedHost[];
  /** Onboarded servers that are guests of this connection. */
  onboarded: ManagedServer[];
  /** ISO time of the answer; undefined when Proxmox never answered. */
  observedAt?: string;
  /** False while the source is stale: what was running then is unknown now. */
  live: boolean;
  /** Address that a host got by DHCP, as far as it is known. */
  leased?: (host: ManagedHost) => string | undefined;
}

/**
 * Joins guests with our desired hosts by connection and guest id, and looks whether the tags agree. Tags are forgeable:
 * name, owner, app and environment come from the desired document alone.
 */
export function joinHosts(input: JoinInput): HostSummary[] {
  const managed = new Map(
    input.managed.map(host => [host.desired.vm_id, host]),
  );
  const onboarded = new Map(
    input.onboarded.map(item => [item.server.guest?.vm_id, item]),
  );
  const rows = input.guests
    .filter(guest => !guest.template)
    .map(guest => {
      const host = managed.get(guest.vmId);
      const server = host ? undefined : onboarded.get(guest.vmId);
      return server
        ? onboardedRow(input, guest, server)
        : guestRow(input, guest, host);
    });
  // Before the first answer nothing is known to be missing.
  if (input.observedAt) {
    const present = new Set(input.guests.map(guest => guest.vmId));
    for (const host of input.managed) {
      if (!present.has(host.desired.vm_id)) {
        rows.push(missingRow(input, host, input.observedAt));
      }
    }
    for (const [vmId, server] of onboarded) {
      if (vmId !== undefined && !present.has(vmId) && !managed.has(vmId)) {
        rows.push(serverRow(server, input.observedAt, true));
      }
    }
  }
  return rows.sort((a, b) => a.vmId - b.vmId);
}

function guestRow(
  input: JoinInput,
  guest: ProxmoxGuest,
  host: ManagedHost | undefined,
): HostSummary {
  const disagreement = disagreementOf(guest, host);
  let management: HostSummary['management'] = host ? 'managed' : 'unmanaged';
  if (disagreement) management = 'mismatch';
  return {
    connection: input.connection,
    vmId: guest.vmId,
    kind: guest.kind,
    name: guest.name,
    node: guest.node,
    state: stateWord(guest, input.live, management === 'mismatch'),
    nativeState: guest.lock ? `${guest.status} (${guest.lock})` : guest.status,
    tags: guest.tags,
    cores: guest.cores,
    cpu: guest.cpu,
    memory: guest.memory,
    memoryUsed: guest.memoryUsed,
    disk: guest.disk,
    diskUsed: guest.diskUsed,
    uptime: guest.uptime,
    // Who says that a guest is theirs must not become its owner by a tag.
    ...(host && desiredFacts(host)),
    addresses: host ? knownAddresses(host, input.leased) : [],
    management,
    managementDetail: disagreement ?? (host && otherName(guest, host.name)),
    entityRef: hostEntityRef(input.connection, guest.vmId),
    observedAt: input.observedAt ?? new Date(0).toISOString(),
  };
}

function onboardedRow(
  input: JoinInput,
  guest: ProxmoxGuest,
  server: ManagedServer,
): HostSummary {
  return {
    ...guestRow(input, guest, undefined),
    state: stateWord(guest, input.live, false),
    ...onboardedFacts(server),
    managementDetail: otherName(guest, server.name),
  };
}

/** Whoever renames a guest in Proxmox doesn't rename the host that we know. */
function otherName(guest: ProxmoxGuest, ours: string): string | undefined {
  return guest.name === ours
    ? undefined
    : `In Proxmox it is called ${guest.name}.`;
}

function missingRow(
  { connection, leased }: JoinInput,
  host: ManagedHost,
  observedAt: string,
): HostSummary {
  const underWay = host.ledger?.state === 'intended';
  const { desired } = host;
  return {
    connection,
    vmId: desired.vm_id,
    kind: desired.kind,
    node: desired.node,
    state: underWay ? 'Waiting' : 'Attention',
    nativeState: 'absent',
    tags: [...desired.tags].sort(),
    cores: desired.cores,
    memory: desired.memory_mb * 1024 ** 2,
    disk: desired.disk_gb * 1024 ** 3,
    ...desiredFacts(host),
    addresses: knownAddresses(host, leased),
    management: 'missing',
    managementDetail: underWay
      ? 'It is being made, or its run stopped half way: see the run.'
      : 'It is in our desired document, but not in Proxmox.',
    entityRef: hostEntityRef(connection, desired.vm_id),
    observedAt,
  };
}

function desiredFacts(host: ManagedHost) {
  return {
    name: host.name,
    owner: host.desired.owner,
    app: host.app,
    environment: host.environment,
    vlan: host.desired.network.vlan,
    workspace: workspaceName(host.app, host.environment),
    requestId: host.desired.request_id,
  };
}

function knownAddresses(
  host: ManagedHost,
  leased: JoinInput['leased'],
): string[] {
  const { address } = host.desired.network;
  const known = address === 'dhcp' ? leased?.(host) : address.split('/')[0];
  return known ? [known] : [];
}

function disagreementOf(
  guest: ProxmoxGuest,
  host: ManagedHost | undefined,
): string | undefined {
  if (!host) {
    return guest.tags.includes('nante')
      ? 'It carries our tag, but no desired document names its id.'
      : undefined;
  }
  if (guest.kind !== host.desired.kind) {
    return `Our desired document names a ${host.desired.kind}, Proxmox has a ${guest.kind} under this id.`;
  }
  // Proxmox sets the tags last: a guest that is being made has none yet.
  if (host.ledger?.state === 'intended') return undefined;
  const lacking = stampTags(host).filter(tag => !guest.tags.includes(tag));
  return lacking.length
    ? `Our desired document names it as ${host.name} of ${host.app} in ${host.environment}, but in Proxmox it lacks the tag ${lacking.join(', ')}.`
    : undefined;
}

function stateWord(
  guest: ProxmoxGuest,
  live: boolean,
  mismatch: boolean,
): HealthWord {
  if (!live || guest.status === 'unknown') return 'Unknown';
  if (mismatch) return 'Attention';
  return guest.status === 'running' ? 'Running' : 'Stopped';
}

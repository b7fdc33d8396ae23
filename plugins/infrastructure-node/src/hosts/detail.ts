import type { ProxmoxApi, ProxmoxGuestConfig } from '@nante/clients';
import type { Engine, ManagedHost, ManagedServer } from '@nante/engine';
import { type HostKind, parseStamp, workspaceName } from '@nante/model';
import type {
  HostDetail,
  HostSummary,
} from '@nante/plugin-infrastructure-common';

/** A host's tab without what depends on who looks, and without what only the list of runs knows. */
export type HostFacts = Omit<
  HostDetail,
  | 'mayDestroy'
  | 'mayDestroyReason'
  | 'mayChange'
  | 'mayChangeReason'
  | 'configured'
>;

/** How long the tab waits for one part of its figures, in milliseconds. */
const PART_DEADLINE = 8_000;

/**
 * Adds what only calls for this one guest tell. Each part that fails leaves its place empty, so that one broken guest
 * agent doesn't take the page away.
 */
export async function describeHost(
  row: HostSummary,
  { host, server }: { host?: ManagedHost; server?: ManagedServer },
  deps: { api: () => Promise<ProxmoxApi>; engine: Engine; live: boolean },
): Promise<HostFacts> {
  const { engine } = deps;
  const record = host ?? server;
  const { node, kind, vmId } = row;
  const present = deps.live && row.nativeState !== 'absent';
  const ask = async <T>(
    call: (
      api: ProxmoxApi,
      guest: HostKind,
      options: { signal: AbortSignal },
    ) => Promise<T>,
  ) =>
    present && kind !== 'server'
      ? call(await deps.api(), kind, {
          signal: AbortSignal.timeout(PART_DEADLINE),
        })
      : undefined;
  const part = <T>(promise: Promise<T>) => promise.catch(() => undefined);

  const [config, interfaces, snapshots, samples, run, lock] = await Promise.all(
    [
      part(
        ask((api, guest, options) =>
          api.guestConfig(node, guest, vmId, options),
        ),
      ),
      part(
        ask((api, guest, options) =>
          api.guestInterfaces(node, guest, vmId, options),
        ),
      ),
      part(
        ask((api, guest, options) => api.snapshots(node, guest, vmId, options)),
      ),
      part(
        ask((api, guest, options) =>
          api.samples(node, guest, vmId, 'day', options),
        ),
      ),
      part(
        record?.lastRunId
          ? engine.getRun(record.lastRunId)
          : Promise.resolve(undefined),
      ),
      part(
        record
          ? engine.lockHolder(workspaceName(record.app, record.environment))
          : Promise.resolve(undefined),
      ),
    ],
  );

  const shown = (interfaces ?? [])
    .filter(item => item.name !== 'lo')
    .map(item => ({
      name: item.name,
      mac: item.mac,
      addresses: item.addresses.map(({ address }) => address),
    }));
  const reported = (interfaces ?? [])
    .filter(item => item.name !== 'lo')
    .flatMap(item => item.addresses)
    .filter(item => item.family === 'ipv4')
    .map(item => item.address);
  const addresses = reported.length ? reported : row.addresses;
  const stampProblem = config && disagreeingStamp(config, host);

  return {
    ...row,
    addresses,
    management: stampProblem ? 'mismatch' : row.management,
    managementDetail: stampProblem ?? row.managementDetail,
    state: stampProblem && row.state !== 'Unknown' ? 'Attention' : row.state,
    interfaces: shown,
    interfacesProblem: shown.length ? undefined : whyNoInterfaces(row, config),
    disks: config ? readDisks(config.raw) : [],
    snapshots: (snapshots ?? []).map(({ name, description, createdAt }) => ({
      name,
      description,
      createdAt:
        createdAt === undefined
          ? undefined
          : new Date(createdAt * 1000).toISOString(),
    })),
    description: config?.description ?? '',
    ssh: sshCommand(addresses[0], host, server),
    requestedBy: run?.requestedBy,
    requestId: row.requestId,
    lastRunId: record?.lastRunId,
    roles: (host?.desired.roles ?? server?.server.roles ?? []).map(
      role => role.name,
    ),
    lock: lock && { holder: lock.holder, runId: lock.runId, since: lock.since },
    samples: (samples ?? []).map(({ time, cpu, memoryUsed }) => ({
      time,
      cpu,
      memoryUsed,
    })),
  };
}

function sshCommand(
  address: string | undefined,
  host?: ManagedHost,
  onboarded?: ManagedServer,
): string | undefined {
  if (onboarded) {
    const { user, port } = onboarded.server;
    const where = `${user}@${onboarded.server.address}`;
    return port === 22 ? `ssh ${where}` : `ssh -p ${port} ${where}`;
  }
  if (!host || !address) return undefined;
  // Containers are made with keys for root only.
  const user = host.desired.kind === 'lxc' ? 'root' : host.desired.user;
  return `ssh ${user}@${address}`;
}

function disagreeingStamp(
  config: ProxmoxGuestConfig,
  host: ManagedHost | undefined,
): string | undefined {
  if (!host || host.ledger?.state === 'intended') return undefined;
  const stamp = parseStamp(config.description);
  if (!stamp) return 'Its description in Proxmox lacks our stamp.';
  const differing = [
    stamp.app !== host.app && 'app',
    stamp.environment !== host.environment && 'environment',
    stamp.host !== host.name && 'host',
    stamp.requestId !== host.desired.request_id && 'request',
  ].filter(Boolean);
  if (differing.length) {
    return `The stamp in its description names another ${differing.join(', ')} than our desired document.`;
  }
  return host.ledger && host.ledger.requestId !== stamp.requestId
    ? 'Stamp and ledger name different requests.'
    : undefined;
}

function whyNoInterfaces(
  row: HostSummary,
  config: ProxmoxGuestConfig | undefined,
): string {
  if (row.kind === 'server') return 'It is no guest of a Proxmox we know.';
  if (row.nativeState === 'absent') return 'It is not in Proxmox.';
  if (!config) return 'Proxmox does not answer.';
  if (!row.nativeState.startsWith('running')) return 'It does not run.';
  if (row.kind === 'lxc') return 'The container reports no address yet.';
  return config.agent
    ? 'The guest agent does not answer yet; install and start qemu-guest-agent in the guest.'
    : 'The guest agent is off; switch it on under Options in Proxmox and install qemu-guest-agent in the guest.';
}

const diskKey = /^(scsi|virtio|sata|ide|mp)\d+$|^rootfs$/;

function readDisks(raw: Record<string, string | number>): HostDetail['disks'] {
  return Object.entries(raw)
    .filter(([key]) => diskKey.test(key))
    .map(([name, value]) => {
      const text = String(value);
      return {
        name,
        storage: text.includes(':') ? text.split(':')[0] : '',
        size: /(?:^|,)size=([^,]+)/.exec(text)?.[1] ?? '',
        media: /(?:^|,)media=cdrom(?:,|$)/.test(text),
      };
    })
    .filter(disk => !disk.media)
    .map(({ name, storage, size }) => ({ name, storage, size }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

import type { Engine, ManagedHost, ManagedServer } from '@nante/engine';
import { NanteError, type RunDocument } from '@nante/model';
import {
  hostEntityRef,
  serverEntityRef,
} from '@nante/plugin-infrastructure-common';

/** How a person names a host of ours. */
export interface HostName {
  app: string;
  environment: string;
  name: string;
}

/** What the bucket says of a host of ours; a form or a tag says nothing. */
export interface HostRecord extends HostName {
  /** Entity ref in the catalog. */
  entityRef: string;
  owner: string;
  /** Onboarded: made by somebody else. */
  onboarded: boolean;
  /** Guest that it is; undefined for a server that is none. */
  guest?: { connection: string; vmId: number };
}

/** Record of a host that we made. */
export function recordOfHost(host: ManagedHost): HostRecord {
  const guest = { connection: host.connection, vmId: host.desired.vm_id };
  return {
    app: host.app,
    environment: host.environment,
    name: host.name,
    owner: host.desired.owner,
    onboarded: false,
    guest,
    entityRef: hostEntityRef(guest.connection, guest.vmId),
  };
}

/** Record of an onboarded server; its entity is that of its guest, where it is one. */
export function recordOfServer({
  app,
  environment,
  name,
  server,
}: ManagedServer): HostRecord {
  const guest = server.guest && {
    connection: server.guest.connection,
    vmId: server.guest.vm_id,
  };
  return {
    app,
    environment,
    name,
    owner: server.owner,
    onboarded: true,
    guest,
    entityRef: guest
      ? hostEntityRef(guest.connection, guest.vmId)
      : serverEntityRef({ name, environment, app }),
  };
}

/** All hosts of ours, made or onboarded. */
export async function readRecords(
  engine: Pick<Engine, 'managedHosts' | 'managedServers'>,
  options: { signal?: AbortSignal } = {},
): Promise<HostRecord[]> {
  const [hosts, servers] = await Promise.all([
    engine.managedHosts(options),
    engine.managedServers(options),
  ]);
  return [...hosts.map(recordOfHost), ...servers.map(recordOfServer)];
}

/** Those of the records that are named; what is no host of ours is passed over. */
export function pickRecords(
  records: HostRecord[],
  wanted: HostName[],
): HostRecord[] {
  return records.filter(record =>
    wanted.some(
      host =>
        host.name === record.name &&
        host.app === record.app &&
        host.environment === record.environment,
    ),
  );
}

/** Records of the hosts of a run, as far as there are any. */
export function recordsOfRun(
  records: HostRecord[],
  run: Pick<RunDocument, 'app' | 'environment' | 'host' | 'hosts'>,
): HostRecord[] {
  const { app, environment } = run;
  const names = run.hosts ?? [run.host];
  return pickRecords(
    records,
    names.map(name => ({ app, environment, name })),
  );
}

/**
 * Records of the hosts that somebody names.
 *
 * @throws NanteError `not-found` that names every one that is none of ours
 */
export async function findRecords(
  engine: Pick<Engine, 'managedHosts' | 'managedServers'>,
  wanted: HostName[],
  options: { signal?: AbortSignal } = {},
): Promise<HostRecord[]> {
  const records = await readRecords(engine, options);
  const unknown = wanted.filter(host => !pickRecords(records, [host]).length);
  if (unknown.length) {
    const names = unknown.map(
      ({ name, app, environment }) => `${name} of ${app} in ${environment}`,
    );
    throw new NanteError(
      'not-found',
      names.length === 1
        ? `${names[0]} is no host of ours, or is destroyed already`
        : `${names.join(', ')} are no hosts of ours, or are destroyed already`,
      { hint: 'The hosts page shows which there are.' },
    );
  }
  return pickRecords(records, wanted);
}

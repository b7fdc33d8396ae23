import type { ProxmoxResources } from '@nante/clients';
import type { Engine } from '@nante/engine';
import {
  connectionsOf,
  type InfrastructureConfig,
  NanteError,
} from '@nante/model';
import {
  type ConnectionHealth,
  type ListHostsResponse,
  hostEntityRef,
} from '@nante/plugin-infrastructure-common';
import {
  ConnectionSource,
  type Snapshot,
  describeError,
} from './ConnectionSource';
import { HostObservations } from './HostObservations';
import { type BucketRecords, ManagedHosts } from './ManagedHosts';
import { describeHost } from './detail';
import { countPrivileges, fewerPrivileges, lostPrivileges } from './guard';
import { joinHosts } from './join';
import type { HostRegistry } from './registryTypes';
import { recordOfHost, recordOfServer } from '../records/records';
import { summariseNodes } from './nodes';
import { serverRow, unseenServers } from './servers';
import { ContainerImages, offerPlacement } from './placement';

/** Before the bucket answered for the first time. */
const none: BucketRecords = { hosts: [], servers: [], targets: [] };

/** Makes the registry. `now` answers milliseconds. */
export function createHostRegistry(deps: {
  engine: Engine;
  shared: InfrastructureConfig;
  /** Address of the state bucket, for its health. */
  stateUrl?: () => Promise<string>;
  now?: () => number;
}): HostRegistry {
  const { engine, shared } = deps;
  const now = deps.now ?? (() => Date.now());
  const sources = new Map(
    connectionsOf(shared, 'proxmox').map(([name, connection]) => [
      name,
      new ConnectionSource({ name, connection, engine, now }),
    ]),
  );
  const bucket = new ManagedHosts(
    engine,
    now,
    deps.stateUrl,
    connectionsOf(shared, 'octopus').length > 0,
  );
  const observations = new HostObservations(engine, shared, now);
  const images = new ContainerImages(now);
  const privileges = new Map<string, Record<string, string[]>>();
  const earlierPrivileges = new Map<string, number>();

  const source = (name: string): ConnectionSource => {
    const found = sources.get(name);
    if (!found) {
      throw new NanteError('not-found', `There is no connection "${name}"`, {
        hint: `Configured are ${[...sources.keys()].join(', ')}.`,
      });
    }
    return found;
  };

  const join = (
    from: ConnectionSource,
    snapshot: Snapshot | undefined,
    { hosts, servers }: BucketRecords,
  ) =>
    joinHosts({
      leased: bucket.leased,
      connection: from.name,
      guests: snapshot?.resources.guests ?? [],
      managed: hosts.filter(host => host.connection === from.name),
      onboarded: servers.filter(
        ({ server }) => server.guest?.connection === from.name,
      ),
      observedAt: snapshot && new Date(snapshot.at).toISOString(),
      live: from.ok,
    });

  const serverRows = ({ servers }: BucketRecords) =>
    unseenServers(servers, sources.keys()).map(server =>
      serverRow(server, bucket.lastSuccessAt ?? new Date(0).toISOString()),
    );

  const readAnew = async (): Promise<BucketRecords> => {
    const records = await bucket.readAnew();
    if (records) return records;
    throw new NanteError(
      'unreachable',
      `The state bucket does not answer: ${bucket.error}`,
      {
        hint: 'Without it owners are unknown; the catalog keeps what it has.',
      },
    );
  };

  const bucketHealth = (): ConnectionHealth => ({
    name: 'state',
    type: 'state',
    url: bucket.url ?? '',
    ok: bucket.lastSuccessAt !== undefined && bucket.error === undefined,
    readOnly: false,
    lastSuccessAt: bucket.lastSuccessAt,
    latencyMs: bucket.latencyMs,
    error: bucket.error,
  });

  /** What Proxmox and bucket say; mesh and telemetry are asked for pages only. */
  const look = async (): Promise<ListHostsResponse> => {
    const [records = none, ...snapshots] = await Promise.all([
      bucket.read(),
      ...[...sources.values()].map(from => from.read()),
    ]);
    const all = [...sources.values()].map((from, index) => ({
      from,
      snapshot: snapshots[index],
    }));
    return {
      hosts: [
        ...all.flatMap(({ from, snapshot }) => join(from, snapshot, records)),
        ...serverRows(records),
      ],
      nodes: all.flatMap(({ from, snapshot }) =>
        snapshot ? summariseNodes(from.name, snapshot.resources, from.ok) : [],
      ),
      connections: [...all.map(({ from }) => from.health()), bucketHealth()],
    };
  };

  const registry: HostRegistry = {
    connectionNames: [...sources.keys()].sort(),

    async overview() {
      const [seen] = await Promise.all([look(), observations.refresh()]);
      return {
        ...seen,
        hosts: seen.hosts.map(host => ({
          ...host,
          telemetry: observations.of(host)?.telemetry?.state,
        })),
        monitored: observations.monitored(),
      };
    },

    hosts: async () => (await look()).hosts,
    nodes: async () => (await look()).nodes,
    connections: async () => (await look()).connections,

    async records() {
      const { hosts, servers, targets } = (await bucket.read()) ?? none;
      return {
        hosts: [...hosts.map(recordOfHost), ...servers.map(recordOfServer)],
        targets,
      };
    },

    async row(connection, vmId) {
      const from = source(connection);
      const [records = none, snapshot] = await Promise.all([
        bucket.read(),
        from.read(),
      ]);
      return join(from, snapshot, records).find(host => host.vmId === vmId);
    },

    async rowByRef(entityRef) {
      const hosts = await registry.hosts();
      return hosts.find(host => host.entityRef === entityRef);
    },

    async host(connection, vmId) {
      const row = await registry.row(connection, vmId);
      if (!row) {
        throw new NanteError(
          'not-found',
          `There is no host ${hostEntityRef(connection, vmId)}`,
          { hint: 'It may have been destroyed; see the hosts page.' },
        );
      }
      const from = source(connection);
      const records = await bucket.read();
      const host = records?.hosts.find(
        item => item.connection === connection && item.desired.vm_id === vmId,
      );
      const server = records?.servers.find(
        item =>
          item.server.guest?.connection === connection &&
          item.server.guest.vm_id === vmId,
      );
      const [facts] = await Promise.all([
        describeHost(row, host ? { host } : { server }, {
          api: () => from.api(),
          engine,
          live: from.ok,
        }),
        observations.refresh(),
      ]);
      return { ...facts, observation: observations.of(row) };
    },

    async server(name) {
      const records = (await bucket.read()) ?? none;
      const rows = serverRows(records);
      const index = rows.findIndex(
        row => row.entityRef === `resource:default/${name}`,
      );
      if (index < 0) {
        throw new NanteError('not-found', `There is no server ${name}`, {
          hint: 'It may have been forgotten; see the hosts page.',
        });
      }
      const [facts] = await Promise.all([
        describeHost(
          rows[index],
          { server: unseenServers(records.servers, sources.keys())[index] },
          {
            api: () => Promise.reject(new Error('it is no guest')),
            engine,
            live: false,
          },
        ),
        observations.refresh(),
      ]);
      return { ...facts, observation: observations.of(rows[index]) };
    },

    async placement(name, kind, asker) {
      const environment = shared.environments[name];
      if (!environment) {
        throw new NanteError('not-found', `There is no environment "${name}"`, {
          hint: `Configured are ${Object.keys(shared.environments).join(', ')}.`,
        });
      }
      const from = source(environment.connection);
      const [records = none, snapshot] = await Promise.all([
        bucket.read(),
        from.read(),
      ]);
      const resources: ProxmoxResources = snapshot?.resources ?? {
        guests: [],
        nodes: [],
        storages: [],
      };
      let error = from.ok ? undefined : from.health().error;
      const templates =
        kind === 'lxc' && snapshot
          ? await images
              .read(from.name, resources, () => from.api())
              .catch((cause: unknown) => {
                error ??= `The container templates can't be read: ${describeError(cause)}`;
                return [];
              })
          : [];
      return offerPlacement({
        name,
        environment,
        kind,
        shared,
        resources,
        managed: records.hosts,
        servers: records.servers,
        images: templates,
        asker,
        observedAt: new Date(snapshot?.at ?? now()).toISOString(),
        error,
      });
    },

    async observe(connection, options = {}) {
      const from = source(connection);
      const before = privileges.get(connection);
      const api = await from.api();
      const held = await api.permissions({ signal: options.signal });
      const lost = options.accept
        ? undefined
        : (lostPrivileges(before, held) ??
          fewerPrivileges(
            before ? undefined : earlierPrivileges.get(connection),
            held,
          ));
      if (lost) {
        from.distrust(lost);
        throw new NanteError(
          'unauthorized',
          `Connection ${connection}: ${lost}`,
          {
            hint: 'Give the token its rights back; if the change is meant, an operator accepts it on the hosts page.',
          },
        );
      }
      const snapshot = await from.observe(options);
      // Afterwards and anew: a host is in the bucket before its guest exists, so no guest of ours is seen without owner.
      const records = await readAnew();
      privileges.set(connection, held);
      return {
        connection,
        hosts: join(from, snapshot, records),
        nodes: summariseNodes(connection, snapshot.resources, true),
        nodeOffline: snapshot.resources.nodes.some(
          node => node.status !== 'online',
        ),
        privileges: countPrivileges(held),
        observedAt: new Date(snapshot.at).toISOString(),
      };
    },

    async observeServers() {
      const records = await readAnew();
      return {
        servers: serverRows(records),
        observedAt: bucket.lastSuccessAt!,
      };
    },

    expect(connection, vmIds, held) {
      source(connection).expect(vmIds);
      if (held !== undefined) earlierPrivileges.set(connection, held);
    },

    invalidate(connection) {
      sources.get(connection)?.invalidate();
      bucket.invalidate();
      observations.invalidate();
    },
  };
  return registry;
}

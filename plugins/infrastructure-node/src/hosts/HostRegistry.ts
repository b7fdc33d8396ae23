import type { ProxmoxResources } from '@nante/clients';
import type { Engine } from '@nante/engine';
import {
  connectionsOf,
  type HostKind,
  type InfrastructureConfig,
  NanteError,
} from '@nante/model';
import {
  type ConnectionHealth,
  type HostSummary,
  type ListHostsResponse,
  type NodeSummary,
  type PlacementOptions,
  hostEntityRef,
} from '@nante/plugin-infrastructure-common';
import {
  ConnectionSource,
  type Snapshot,
  describeError,
} from './ConnectionSource';
import { type BucketRecords, ManagedHosts } from './ManagedHosts';
import { type HostFacts, describeHost } from './detail';
import { countPrivileges, fewerPrivileges, lostPrivileges } from './guard';
import { joinHosts } from './join';
import { summariseNodes } from './nodes';
import { serverRow, unseenServers } from './servers';
import { type Asker, ContainerImages, offerPlacement } from './placement';

/** A fresh, believed look at one connection. */
export interface Observation {
  connection: string;
  hosts: HostSummary[];
  nodes: NodeSummary[];
  /** True when a node is offline: guests that are missing may only be out of sight. */
  nodeOffline: boolean;
  /** How many privileges the API token holds. */
  privileges: number;
  /** ISO time. */
  observedAt: string;
}

/** A fresh look at the onboarded servers that are no guests. */
export interface ServersObservation {
  servers: HostSummary[];
  /** ISO time. */
  observedAt: string;
}

/** Every host of every connection, joined with what the bucket knows. */
export interface HostRegistry {
  /** Names of the configured connections. */
  readonly connectionNames: string[];
  /** Hosts, nodes and health in one pass; stale sources keep what they had, with its age. Never throws for a source. */
  overview(): Promise<ListHostsResponse>;
  hosts(): Promise<HostSummary[]>;
  nodes(): Promise<NodeSummary[]>;
  /** Health of all connections and of the state bucket. */
  connections(): Promise<ConnectionHealth[]>;
  /** The host's row; undefined when there is none. */
  row(connection: string, vmId: number): Promise<HostSummary | undefined>;
  /** Row by entity ref. */
  rowByRef(entityRef: string): Promise<HostSummary | undefined>;
  /**
   * Everything about one host, the stamp checked.
   *
   * @throws NanteError `not-found`
   */
  host(connection: string, vmId: number): Promise<HostFacts>;
  /**
   * Everything about an onboarded server that is no guest.
   *
   * @param name - of its entity
   * @throws NanteError `not-found`
   */
  server(name: string): Promise<HostFacts>;
  /**
   * What the placement field offers.
   *
   * @throws NanteError `not-found` for an unknown environment
   */
  placement(
    environment: string,
    kind: HostKind,
    asker: Asker,
  ): Promise<PlacementOptions>;
  /**
   * Asks Proxmox now: at most two requests, resources and permissions.
   *
   * @param options - `accept`: a person said that what is missing is really gone
   * @throws when a source doesn't answer or isn't believed; what was known is kept
   */
  observe(
    connection: string,
    options?: { signal?: AbortSignal; accept?: boolean },
  ): Promise<Observation>;
  /**
   * Asks the bucket now for onboarded servers that are no guests.
   *
   * @throws when the bucket doesn't answer
   */
  observeServers(): Promise<ServersObservation>;
  /**
   * What an earlier process saw, so that the first answer is measured against it.
   *
   * @param privileges - how many the API token held; left out when nobody knows
   */
  expect(
    connection: string,
    vmIds: Iterable<number>,
    privileges?: number,
  ): void;
  /** The next look asks Proxmox and the bucket again. */
  invalidate(connection: string): void;
}

/** Before the bucket answered for the first time. */
const none: BucketRecords = { hosts: [], servers: [] };

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
  const bucket = new ManagedHosts(engine, now, deps.stateUrl);
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

  const registry: HostRegistry = {
    connectionNames: [...sources.keys()].sort(),

    async overview() {
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
          snapshot
            ? summariseNodes(from.name, snapshot.resources, from.ok)
            : [],
        ),
        connections: [...all.map(({ from }) => from.health()), bucketHealth()],
      };
    },

    hosts: async () => (await registry.overview()).hosts,
    nodes: async () => (await registry.overview()).nodes,
    connections: async () => (await registry.overview()).connections,

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
      return describeHost(row, host ? { host } : { server }, {
        api: () => from.api(),
        engine,
        live: from.ok,
      });
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
      return describeHost(
        rows[index],
        { server: unseenServers(records.servers, sources.keys())[index] },
        {
          api: () => Promise.reject(new Error('it is no guest')),
          engine,
          live: false,
        },
      );
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
    },
  };
  return registry;
}

import type { ManagedTarget } from '@nante/engine';
import type { HostKind } from '@nante/model';
import type {
  ConnectionHealth,
  HostSummary,
  ListHostsResponse,
  NodeSummary,
  PlacementOptions,
} from '@nante/plugin-infrastructure-common';
import type { HostRecord } from '../records/records';
import type { HostFacts } from './detail';
import type { Asker } from './placement';

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
  /** What the bucket knows of our hosts, and which of them are deployment targets; asks nobody else. Never throws. */
  records(): Promise<{ hosts: HostRecord[]; targets: ManagedTarget[] }>;
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

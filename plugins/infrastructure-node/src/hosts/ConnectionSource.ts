import type {
  ProxmoxApi,
  ProxmoxGuest,
  ProxmoxResources,
} from '@nante/clients';
import type { Engine } from '@nante/engine';
import { NanteError, type ProxmoxConnection } from '@nante/model';
import type { ConnectionHealth } from '@nante/plugin-infrastructure-common';
import { removalProblem } from './guard';

/** A good answer of one Proxmox, and when it came. */
export interface Snapshot {
  resources: ProxmoxResources;
  /** Milliseconds since 1970. */
  at: number;
}

/** How long an answer serves before Proxmox is asked again, in milliseconds. */
const FRESH_FOR = 5_000;
/** Pages don't wait longer than this for a slow Proxmox, in milliseconds. */
const READ_DEADLINE = 10_000;

/**
 * What one Proxmox says, with a short cache. Callers at the same time share one request; while Proxmox fails, or says
 * something that isn't believed, the last good answer is kept with its age.
 */
export class ConnectionSource {
  readonly name: string;
  readonly #connection: ProxmoxConnection;
  readonly #engine: Pick<Engine, 'proxmox'>;
  readonly #now: () => number;
  #snapshot?: Snapshot;
  /** Ids known before our first answer, from the catalog. */
  #expected = new Set<number>();
  #triedAt = -Infinity;
  #inFlight?: Promise<void>;
  /** Why answers aren't believed for now, although they look well. */
  #distrust?: string;
  #error?: string;
  #doubt?: ConnectionHealth['doubt'];
  #latencyMs?: number;
  #version?: string;
  #url?: string;

  constructor(options: {
    name: string;
    connection: ProxmoxConnection;
    engine: Pick<Engine, 'proxmox'>;
    now: () => number;
  }) {
    this.name = options.name;
    this.#connection = options.connection;
    this.#engine = options.engine;
    this.#now = options.now;
  }

  api(): Promise<ProxmoxApi> {
    return this.#engine.proxmox(this.name);
  }

  /** Guests that were seen by an earlier process: the first answer is measured against them. */
  expect(vmIds: Iterable<number>): void {
    if (!this.#snapshot) this.#expected = new Set(vmIds);
  }

  /** The last good answer, renewed when older than five seconds; never throws. */
  async read(): Promise<Snapshot | undefined> {
    if (this.#now() - this.#triedAt >= FRESH_FOR) {
      await this.#refresh().catch(() => {});
    }
    return this.#snapshot;
  }

  /**
   * Asks now.
   *
   * @param options - `accept`: a person said that what is missing is really gone
   * @throws when Proxmox doesn't answer, or isn't believed
   */
  async observe(options: {
    signal?: AbortSignal;
    accept?: boolean;
  }): Promise<Snapshot> {
    this.#distrust = undefined;
    await this.#fetch(options);
    return this.#snapshot!;
  }

  /** Keeps what is known until the next `observe`, and says why. */
  distrust(reason: string): void {
    this.#distrust = reason;
    this.#error = reason;
    this.#doubt = 'rights';
  }

  /** The next read asks again. */
  invalidate(): void {
    this.#triedAt = -Infinity;
  }

  /** False while Proxmox fails, is not believed, or never answered. */
  get ok(): boolean {
    return this.#snapshot !== undefined && this.#error === undefined;
  }

  health(): ConnectionHealth {
    return {
      name: this.name,
      type: 'proxmox',
      url: this.#url ?? this.#connection.url ?? '',
      ok: this.ok,
      readOnly: this.#connection.readOnly,
      lastSuccessAt:
        this.#snapshot && new Date(this.#snapshot.at).toISOString(),
      latencyMs: this.#latencyMs,
      version: this.#version,
      error: this.#error,
      doubt: this.#doubt,
    };
  }

  #refresh(): Promise<void> {
    this.#inFlight ??= this.#fetch({
      signal: AbortSignal.timeout(READ_DEADLINE),
    }).finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #fetch(options: {
    signal?: AbortSignal;
    accept?: boolean;
  }): Promise<void> {
    const startedAt = this.#now();
    let doubt: ConnectionHealth['doubt'];
    try {
      if (this.#distrust) {
        doubt = 'rights';
        throw new NanteError('unauthorized', this.#distrust);
      }
      const api = await this.api();
      this.#url = api.url;
      const resources = await api.resources({ signal: options.signal });
      const unlikely = this.#unlikely(resources.guests);
      if (unlikely && !options.accept) {
        doubt = 'guests';
        throw unlikely;
      }
      this.#latencyMs = this.#now() - startedAt;
      this.#snapshot = { resources, at: this.#now() };
      this.#expected.clear();
      this.#error = undefined;
      this.#version ??= await api
        .version({ signal: options.signal })
        .then(answer => answer.version)
        // Only shown: the page does without it.
        .catch(() => undefined);
    } catch (error) {
      this.#error = describeError(error);
      throw error;
    } finally {
      this.#doubt = doubt;
      this.#triedAt = this.#now();
    }
  }

  #unlikely(guests: ProxmoxGuest[]): NanteError | undefined {
    const known = this.#snapshot
      ? this.#snapshot.resources.guests.map(guest => guest.vmId)
      : [...this.#expected];
    if (!known.length) return undefined;
    const present = new Set(guests.map(guest => guest.vmId));
    const missing = known.filter(vmId => !present.has(vmId)).length;
    const problem =
      guests.length === 0
        ? `Proxmox answered with no guests at all, ${known.length} are known; what was known is kept`
        : removalProblem(known.length, missing, `guests of ${this.name}`);
    return problem === undefined
      ? undefined
      : new NanteError('failed', problem, {
          hint: 'Check the rights of the API token and the health of the cluster; if the guests are really gone, an operator accepts that on the hosts page.',
        });
  }
}

/** One sentence for the page, with the remedy where there is one. */
export function describeError(error: unknown): string {
  if (NanteError.is(error) && error.hint) {
    return `${error.message}. ${error.hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

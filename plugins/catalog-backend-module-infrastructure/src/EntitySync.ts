import { ServiceUnavailableError } from '@backstage/errors';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EntityProviderConnection } from '@backstage/plugin-catalog-node';
import type { HostsChangedEvent } from '@nante/plugin-infrastructure-common';
import { removalProblem } from '@nante/plugin-infrastructure-node';
import type { EntityLook, KnownEntity } from './entities';
import type { EntitySource } from './sources';

/** Reads back what the catalog holds of a source, by entity ref. */
export type CatalogReader = () => Promise<Map<string, KnownEntity>>;

/** After this time everything is compared with the catalog again, which heals what another replica did, in milliseconds. */
const RESYNC_AFTER = 3_600_000;

/**
 * Keeps the entities of one source up to date by deltas: writes only what changed, and removes only what a healthy
 * answer lacked twice.
 */
export class EntitySync {
  readonly #source: EntitySource;
  readonly #catalog: EntityProviderConnection;
  readonly #read: CatalogReader;
  readonly #logger: LoggerService;
  readonly #locationKey: string;
  readonly #now: () => number;
  #known = new Map<string, KnownEntity>();
  #absentOnce = new Set<string>();
  #quarantine = '';
  #readBackAt = -Infinity;
  /** One look after the other: an event must not race the schedule. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: {
    source: EntitySource;
    catalog: EntityProviderConnection;
    read: CatalogReader;
    logger: LoggerService;
    locationKey: string;
    now?: () => number;
  }) {
    this.#source = options.source;
    this.#catalog = options.catalog;
    this.#read = options.read;
    this.#logger = options.logger;
    this.#locationKey = options.locationKey;
    this.#now = options.now ?? Date.now;
  }

  /**
   * One look.
   *
   * @param options - `change`: hosts that a run or an operator changed; their absence needs no second answer
   * @throws when Proxmox or the bucket don't answer or aren't believed; the catalog keeps what it has
   */
  sync(options: { signal?: AbortSignal; change?: HostsChangedEvent } = {}) {
    const next = this.#queue.then(() => this.#sync(options));
    this.#queue = next.catch(() => {});
    return next;
  }

  async #sync(options: { signal?: AbortSignal; change?: HostsChangedEvent }) {
    await this.#readBack();
    const { signal, change } = options;
    const look = await this.#source.look({ signal, accept: change?.accepted });
    const { entities, quarantined } = look;
    this.#warnOnce(quarantined.map(({ name, reason }) => `${name}: ${reason}`));

    const absent = [...this.#known.keys()].filter(ref => !entities.has(ref));
    const { removed, problem } = this.#decideRemovals(absent, look, change);
    const added = [...entities].filter(
      ([ref, { hash }]) => this.#known.get(ref)?.hash !== hash,
    );

    if (added.length || removed.length) {
      await this.#catalog.applyMutation({
        type: 'delta',
        added: added.map(([, { entity }]) => ({
          entity,
          locationKey: this.#locationKey,
        })),
        removed: removed.map(entityRef => ({ entityRef })),
      });
    }
    // Only now: what could not be written is tried again at the next look.
    for (const [ref, known] of added) this.#known.set(ref, known);
    for (const ref of removed) this.#known.delete(ref);
    if (problem) throw new ServiceUnavailableError(problem);
  }

  #decideRemovals(
    absent: string[],
    { outOfSight }: EntityLook,
    change: HostsChangedEvent | undefined,
  ): { removed: string[]; problem?: string } {
    const before = this.#absentOnce;
    this.#absentOnce = new Set(absent);
    if (!absent.length) return { removed: [] };

    if (change?.accepted) return { removed: absent };
    const confirmedByRun = absent.filter(
      ref => change && this.#source.names(change, this.#known.get(ref)!.entity),
    );
    if (outOfSight) {
      const held = absent.filter(ref => !confirmedByRun.includes(ref));
      return {
        removed: confirmedByRun,
        problem: held.length
          ? `${outOfSight}; ${held.length} entities that are out of sight are kept`
          : undefined,
      };
    }
    const problem = removalProblem(
      this.#known.size,
      absent.length - confirmedByRun.length,
      `entities of ${this.#source.name}`,
    );
    if (problem) return { removed: confirmedByRun, problem };
    return {
      removed: absent.filter(
        ref => before.has(ref) || confirmedByRun.includes(ref),
      ),
    };
  }

  /** At start, and once an hour: what the catalog holds is what removals are measured against. */
  async #readBack() {
    if (this.#now() - this.#readBackAt < RESYNC_AFTER) return;
    const held = await this.#read();
    this.#known = held;
    this.#readBackAt = this.#now();
    this.#source.recall(held);
  }

  #warnOnce(lines: string[]) {
    const text = lines.sort().join('; ');
    if (text && text !== this.#quarantine) {
      this.#logger.warn(
        `The catalog would refuse ${lines.length} of ${this.#source.name}; they are left out, the rest stays: ${text}`,
      );
    }
    this.#quarantine = text;
  }
}

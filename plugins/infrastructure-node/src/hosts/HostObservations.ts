import type { Engine } from '@nante/engine';
import {
  type InfrastructureConfig,
  type Observation,
  workspaceName,
} from '@nante/model';
import type {
  HostObservation,
  MonitoredHosts,
} from '@nante/plugin-infrastructure-common';
import { Refreshed } from '../caches/Refreshed';
import { withPatience } from '../caches/withPatience';

/** How long an answer serves, in milliseconds: hosts send metrics every quarter of a minute. */
const FRESH_FOR = 15_000;
/** After that many milliseconds nobody may rely on an answer any more. */
const STALE_AFTER = 60_000;
const READ_DEADLINE = 20_000;
/** A page does not wait longer than that for systems that it can do without; milliseconds. */
const PATIENCE = 1_500;

/** What mesh and telemetry say of our hosts, with a short cache. They are never a reason for a page to fail or to wait long. */
export class HostObservations {
  readonly #now: () => number;
  readonly #isWatched: boolean;
  readonly #found: Refreshed<Map<string, Observation>>;

  constructor(
    engine: Pick<Engine, 'observe'>,
    { environments }: Pick<InfrastructureConfig, 'environments'>,
    now: () => number,
  ) {
    this.#now = now;
    this.#found = new Refreshed({
      async fetch(signal) {
        const all = await engine.observe({ signal });
        return new Map(
          all.map(one => [keyOf(one.app, one.environment, one.host), one]),
        );
      },
      now,
      deadlineMs: READ_DEADLINE,
    });
    this.#isWatched = Object.values(environments).some(
      ({ mesh, telemetry }) => mesh !== undefined || telemetry !== undefined,
    );
  }

  /** Asks where the last answer is old, and waits a moment for the new one. */
  async refresh(): Promise<void> {
    // Where there is nobody to ask, our records would be read for nothing.
    if (!this.#isWatched) return;
    await withPatience(this.#found.read(FRESH_FOR), PATIENCE);
  }

  /** What was said of a host; undefined for hosts that are not ours, and before the first answer. */
  of(host: {
    app?: string;
    environment?: string;
    name: string;
  }): HostObservation | undefined {
    const { app, environment, name } = host;
    if (!app || !environment) return undefined;
    const found = this.#found.value?.get(keyOf(app, environment, name));
    if (!found) return undefined;
    const { mesh, telemetry, observedAt } = found;
    if (!this.#isStale()) return { mesh, telemetry, observedAt };
    const problem = this.#found.error ?? 'There was no newer answer.';
    return {
      mesh: mesh && { ...mesh, state: 'unknown', problem },
      telemetry: telemetry && { ...telemetry, state: 'unknown', problem },
      observedAt,
    };
  }

  /** How many report; undefined where nobody collects, and before the first answer. */
  monitored(): MonitoredHosts | undefined {
    const { value, at } = this.#found;
    const watched = [...(value?.values() ?? [])].filter(
      ({ telemetry }) => telemetry,
    );
    if (watched.length === 0 || at === undefined) return undefined;
    const reporting = this.#isStale()
      ? []
      : watched.filter(({ telemetry }) => telemetry?.state === 'reporting');
    return {
      reporting: reporting.length,
      total: watched.length,
      observedAt: new Date(at).toISOString(),
    };
  }

  /** The next look asks again. */
  invalidate(): void {
    this.#found.invalidate();
  }

  #isStale(): boolean {
    return this.#now() - (this.#found.at ?? -Infinity) > STALE_AFTER;
  }
}

function keyOf(app: string, environment: string, host: string): string {
  return `${workspaceName(app, environment)}/${host}`;
}

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
import { describeError } from './ConnectionSource';

/** How long an answer serves, in milliseconds: hosts send metrics every quarter of a minute. */
const FRESH_FOR = 15_000;
/** After that many milliseconds nobody may rely on an answer any more. */
const STALE_AFTER = 60_000;
const READ_DEADLINE = 20_000;
/** A page does not wait longer than that for systems that it can do without; milliseconds. */
const PATIENCE = 1_500;

/** What mesh and telemetry say of our hosts, with a short cache. They are never a reason for a page to fail or to wait long. */
export class HostObservations {
  readonly #engine: Pick<Engine, 'observe'>;
  readonly #now: () => number;
  readonly #isWatched: boolean;
  #found = new Map<string, Observation>();
  #askedAt = -Infinity;
  #answeredAt?: number;
  #inFlight?: Promise<void>;
  #error?: string;

  constructor(
    engine: Pick<Engine, 'observe'>,
    { environments }: Pick<InfrastructureConfig, 'environments'>,
    now: () => number,
  ) {
    this.#engine = engine;
    this.#now = now;
    this.#isWatched = Object.values(environments).some(
      ({ mesh, telemetry }) => mesh !== undefined || telemetry !== undefined,
    );
  }

  /** Asks where the last answer is old, and waits a moment for the new one. */
  async refresh(): Promise<void> {
    // Where there is nobody to ask, our records would be read for nothing.
    if (!this.#isWatched) return;
    if (this.#now() - this.#askedAt >= FRESH_FOR) {
      this.#inFlight ??= this.#fetch().finally(() => {
        this.#inFlight = undefined;
      });
    }
    if (!this.#inFlight) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([this.#inFlight, patience]);
    clearTimeout(timer);
  }

  /** What was said of a host; undefined for hosts that are not ours, and before the first answer. */
  of(host: {
    app?: string;
    environment?: string;
    name: string;
  }): HostObservation | undefined {
    const { app, environment, name } = host;
    if (!app || !environment) return undefined;
    const found = this.#found.get(keyOf(app, environment, name));
    if (!found) return undefined;
    const { mesh, telemetry, observedAt } = found;
    if (!this.#isStale()) return { mesh, telemetry, observedAt };
    const problem = this.#error ?? 'There was no newer answer.';
    return {
      mesh: mesh && { ...mesh, state: 'unknown', problem },
      telemetry: telemetry && { ...telemetry, state: 'unknown', problem },
      observedAt,
    };
  }

  /** How many report; undefined where nobody collects, and before the first answer. */
  monitored(): MonitoredHosts | undefined {
    const watched = [...this.#found.values()].filter(
      ({ telemetry }) => telemetry,
    );
    if (watched.length === 0 || this.#answeredAt === undefined)
      return undefined;
    const reporting = this.#isStale()
      ? []
      : watched.filter(({ telemetry }) => telemetry?.state === 'reporting');
    return {
      reporting: reporting.length,
      total: watched.length,
      observedAt: new Date(this.#answeredAt).toISOString(),
    };
  }

  /** The next look asks again. */
  invalidate(): void {
    this.#askedAt = -Infinity;
  }

  #isStale(): boolean {
    return this.#now() - (this.#answeredAt ?? -Infinity) > STALE_AFTER;
  }

  async #fetch(): Promise<void> {
    this.#askedAt = this.#now();
    try {
      const all = await this.#engine.observe({
        signal: AbortSignal.timeout(READ_DEADLINE),
      });
      this.#found = new Map(
        all.map(one => [keyOf(one.app, one.environment, one.host), one]),
      );
      this.#answeredAt = this.#now();
      this.#error = undefined;
    } catch (error) {
      this.#error = describeError(error);
    }
  }
}

function keyOf(app: string, environment: string, host: string): string {
  return `${workspaceName(app, environment)}/${host}`;
}

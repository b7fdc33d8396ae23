import type { CallOptions } from '../proxmox/types';

/** By which labels telemetry says whose it is; the same in metrics and logs. */
export interface TelemetryLabels {
  app: string;
  environment: string;
  host: string;
}

/** When a host was last heard of. */
export interface LastHeard extends TelemetryLabels {
  /** ISO time of the newest record. */
  at: string;
}

/** What we ask an OpenObserve. */
export interface OpenobserveApi {
  /**
   * Whether it answers and takes our credentials.
   *
   * @throws NanteError `unreachable`, `unauthorized`
   */
  checkAccess(options?: CallOptions): Promise<void>;
  /**
   * When each host last sent a metric (stream `up`) and a log line (stream `journal`); one request each. A stream that does
   * not exist yet is an empty answer.
   *
   * @param input - `since`: how far to look back, ISO time; `only`: one host alone
   */
  lastHeard(
    input: {
      type: 'metrics' | 'logs';
      since: string;
      only?: TelemetryLabels;
    },
    options?: CallOptions,
  ): Promise<LastHeard[]>;
}

/** Keys of `.sandbox/endpoints.json`. */
export type SystemName =
  | 'proxmox'
  | 's3'
  | 'doppler'
  | 'octopus'
  | 'nexus'
  | 'github'
  | 'tailscale'
  | 'openobserve'
  | 'packages';

/** What a stand-in gets from the sandbox that hosts it. */
export interface StandInContext {
  /** Folder of its own, kept between starts. */
  dataDir: string;
  /** Seed of everything random: the same seed gives the same company, ids and orders. */
  seed: number;
  log(line: string): void;
}

/**
 * A stand-in for one outside system. It answers requests and keeps its state; sockets, TLS, request counters and faults
 * are the business of the server around it.
 */
export interface StandIn {
  name: SystemName;
  fetch(request: Request): Response | Promise<Response>;
  /** The port that it listens on where none is told and this one is free, so that addresses which others keep stay right. */
  preferredPort?: number;
  /** Called once it can be reached: for one that has to say its own address, or that others work for. */
  listening?(at: { url: string; guestUrl?: string }): void | Promise<void>;
  /** Credentials under the vendor's names, as they stand in `endpoints.json`. */
  credentials: Record<string, unknown>;
  /** Faults that only this system knows, for example `lock-held`; refused when unknown. */
  setFault?(
    kind: string,
    parameters: Record<string, unknown>,
  ): void | Promise<void>;
  /** Takes back what `setFault` set. */
  clearFaults?(): void | Promise<void>;
  /** Extra control calls of this system under `<control>/…`; undefined when the path is none of its. */
  control?(request: Request, path: string): Promise<Response | undefined>;
  /** Back to the seed. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

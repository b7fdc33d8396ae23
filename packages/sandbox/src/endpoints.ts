import { join } from 'node:path';
import type { SystemName } from './standIn';

/** How to reach one stand-in; credentials stand beside, under the vendor's names. */
export interface SystemEndpoint {
  url: string;
  /** The same for guests, which do not reach our loopback; this machine reaches it too. Only where guests are real. */
  guestUrl?: string;
  /** File with the certificate authority, where the stand-in speaks TLS. */
  ca?: string;
  /** Faults, request counters and reset. */
  control: string;
  [credential: string]: unknown;
}

/** Content of `endpoints.json`. */
export type Endpoints = Partial<Record<SystemName, SystemEndpoint>> & {
  /** Starts one stand-in of the Terraform provider for one Terraform run. */
  terraformProvider?: { control: string };
  /** What a guest is: `real` when one can log in to it. */
  guests?: { driver: string; real: boolean };
  /** The control server itself, and the process that owns the folder. */
  sandbox: { control: string; pid: number; seed: number };
};

/** Where a sandbox says how to reach it. */
export function endpointsFile(dataDir: string): string {
  return join(dataDir, 'endpoints.json');
}

/** Which driver made the guests of this folder. */
export function guestsFile(dataDir: string): string {
  return join(dataDir, 'guests.json');
}

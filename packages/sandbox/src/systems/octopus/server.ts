import type { Events } from './events';
import type { OctopusFaults } from './faults';
import type { PackageFeeds } from './feeds';
import type { OctopusState } from './state';
import type { TaskQueue } from './tasks/queue';

/** What the calls work on. */
export interface Server {
  state: OctopusState;
  queue: TaskQueue;
  faults: OctopusFaults;
  events: Events;
  feeds: PackageFeeds;
  /** Of the certificate that Tentacles trust. */
  thumbprint: string;
  /** Whether nobody answers at an address, so that what is done there is only pretended. */
  isPretended(host: string): boolean;
  log(line: string): void;
}

/** The version that the server says it is. */
export const serverVersion = '2026.3.4821';

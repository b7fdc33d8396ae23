import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { loadOrCreateSshKey } from '../../seed/sshKey';
import type { StandIn, StandInContext } from '../../standIn';
import type { SystemEndpoint } from '../../endpoints';
import { Access, loadKeys } from './access';
import { Api } from './api';
import { answerControl } from './control';
import { Events } from './events';
import { OctopusFaults } from './faults';
import { PackageFeeds } from './feeds';
import { RateLimit } from './rateLimit';
import { hostOf, isPretended } from './reach';
import { nexusAt, seedOctopus } from './seed';
import type { Server } from './server';
import { OctopusState } from './state';
import { createMavenPackages } from './tasks/packages';
import { TaskQueue } from './tasks/queue';
import { createSshRunner } from './tasks/ssh';
import { writeTaskEvent } from './taskEvents';

/** What the stand-in has to know of the others. */
export interface OctopusOptions {
  /** Folder of the sandbox's key pair, with which the SSH accounts log in. */
  sshFolder: string;
  /** Where the feeds are; without it they lead nowhere. */
  nexus?: SystemEndpoint;
  /** Whether what is made on the sandbox's Proxmox is booted. */
  hasRealGuests: boolean;
}

/**
 * A stand-in for Octopus Server 2026.3: projects, releases, deployments, targets, and the tasks that really deploy to guests.
 *
 * @returns a stand-in whose credentials are `apiKey` (service account of Nante), `readOnlyKey` (may only look), `limitedKey` (may
 *   neither deploy nor add targets), `expiredKey`, `adminKey` (may everything), `spaceId`, `space` and `serverThumbprint`
 */
export async function createOctopus(
  context: StandInContext,
  options: OctopusOptions,
): Promise<StandIn> {
  const { dataDir, seed, log } = context;
  const keys = loadKeys(dataDir);
  const sshKey = loadOrCreateSshKey(options.sshFolder);
  const state = new OctopusState(join(dataDir, 'octopus.sqlite'));
  const fill = () => {
    if (state.isEmpty) seedOctopus(state, { seed, sshKey });
    nexusAt(state, options.nexus);
  };
  fill();
  const limit = new RateLimit();
  const faults = new OctopusFaults(limit);
  const events = new Events(state);
  const isRecord = (host: string) => isPretended(host, options.hasRealGuests);
  const queue = new TaskQueue({
    state,
    ssh: createSshRunner(join(dataDir, 'ssh')),
    packages: createMavenPackages(
      join(dataDir, 'packages'),
      ({ Id }) => state.get('secrets', `${Id}.Password`)?.Value,
    ),
    privateKey: sshKey.privateKey,
    isRecord: ({ Endpoint }) => isRecord(hostOf(Endpoint)),
    log,
    onChange: (task, change) => writeTaskEvent(state, events, task, change),
  });
  const server: Server = {
    state,
    queue,
    faults,
    events,
    feeds: new PackageFeeds(state),
    thumbprint: thumbprintOf(keys.adminKey),
    isPretended: isRecord,
    log,
  };
  const api = new Api({ server, access: new Access(keys), limit });
  return {
    name: 'octopus',
    credentials: {
      ...keys,
      spaceId: 'Spaces-1',
      space: 'Default',
      serverThumbprint: server.thumbprint,
    },
    fetch: request => api.fetch(request),
    setFault(kind, parameters) {
      faults.set(kind, parameters);
      queue.hang(faults.tasksHang);
    },
    clearFaults() {
      faults.clear();
      queue.hang(false);
    },
    control: (request, path) => answerControl(server, seed, request, path),
    async reset() {
      await queue.stop();
      state.clear();
      fill();
      limit.reset();
      queue.start();
    },
    async stop() {
      await queue.stop();
      state.close();
    },
  };
}

/** The server has no certificate of its own here; its thumbprint is the same at every start. */
function thumbprintOf(secret: string): string {
  const digest = createHash('sha1').update(`certificate ${secret}`);
  return digest.digest('hex').toUpperCase();
}

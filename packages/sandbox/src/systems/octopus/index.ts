import { join } from 'node:path';
import { loadOrCreateSshKey } from '../../seed/sshKey';
import type { StandIn, StandInContext } from '../../standIn';
import type { SystemEndpoint } from '../../endpoints';
import { Access, loadKeys } from './access';
import { Api } from './api';
import { answerControl } from './control';
import type { Machine } from './documents';
import { Events } from './events';
import { OctopusFaults } from './faults';
import { PackageFeeds } from './feeds';
import { RateLimit } from './rateLimit';
import { hostOf, isPretended } from './reach';
import { nexusAt, seedOctopus } from './seed';
import type { Server } from './server';
import { OctopusState } from './state';
import { createMavenPackages } from './tasks/packages';
import { startPollingServer } from './tasks/polling';
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
  /** Where guests reach this machine: Tentacles that poll call there; this machine alone unless given. */
  guestAddress?: string;
}

/**
 * A stand-in for Octopus Server 2026.3: projects, releases, deployments, targets, and the tasks that really deploy to guests.
 *
 * @returns a stand-in whose credentials are `apiKey` (service account of Nante), `readOnlyKey` (may only look), `limitedKey` (may
 *   neither deploy nor add targets), `expiredKey`, `adminKey` (may everything), `spaceId`, `space`, `serverThumbprint`, and
 *   `pollingUrl`, where Tentacles that poll connect to
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
  const polling = await startPollingServer(
    join(dataDir, 'tentacles'),
    options.guestAddress ?? '127.0.0.1',
  );
  const isRecord = (host: string) => isPretended(host, options.hasRealGuests);
  const queue = new TaskQueue({
    state,
    ssh: createSshRunner(join(dataDir, 'ssh')),
    packages: createMavenPackages(
      join(dataDir, 'packages'),
      ({ Id }) => state.get('secrets', `${Id}.Password`)?.Value,
    ),
    privateKey: sshKey.privateKey,
    isRecord: machine => isMachineRecord(machine, isRecord, options),
    polling: uri => polling.connected(uri),
    log,
    onChange: (task, change) => writeTaskEvent(state, events, task, change),
  });
  const server: Server = {
    state,
    queue,
    faults,
    events,
    feeds: new PackageFeeds(state),
    thumbprint: polling.thumbprint,
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
      pollingUrl: polling.url,
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
      await polling.stop();
      state.close();
    },
  };
}

/** A Tentacle that polls has no address: it is one of the seed, or real where guests are. */
function isMachineRecord(
  { Name, Endpoint }: Machine,
  isRecord: (host: string) => boolean,
  { hasRealGuests }: OctopusOptions,
): boolean {
  if (Endpoint.CommunicationStyle === 'TentacleActive')
    return !hasRealGuests || isRecord(Name);
  return isRecord(hostOf(Endpoint));
}

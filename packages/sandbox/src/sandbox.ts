import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NanteError } from '@nante/model';
import { claimDataFolder } from './dataFolder';
import {
  endpointsFile,
  guestsFile,
  type Endpoints,
  type SystemEndpoint,
} from './endpoints';
import { ControlServer, standInControl } from './hosting/controlServer';
import { SystemServer } from './hosting/systemServer';
import { loadOrCreateTls } from './hosting/tls';
import { createProviderService, type ProviderService } from './provider';
import type { SystemName } from './standIn';
import { writeFileAtomic } from './storage/atomicFile';
import { chooseDriver } from './guests';
import { systemDefinitions, type GuestKind, type SystemParts } from './systems';

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Folder for everything that is kept between starts. */
  dataDir: string;
  /** Same seed, same company, ids and dice of the faults. 1 unless told. */
  seed?: number;
  /** What a guest is. `record` unless told: tests should not boot machines by accident. */
  guests?: GuestKind;
  /** Ports by system; a free one for those that are not named. */
  ports?: Partial<Record<SystemName | 'control', number>>;
  /** Only these stand-ins; all that there are unless told. */
  systems?: SystemName[];
  /** Number of guests of the seeded company, for load tests. */
  guestCount?: number;
  /** Folder of packages that guests get in place of the sandbox's own, one folder each as in `vendorPackages`. */
  packages?: string;
  /** Of GitHub's self-hosted runner: the clone it works with, and how long a cancelled job has. */
  runner?: SystemParts['runner'];
  /** Gets lines for a person: progress, and what a stand-in could not do. Silent unless told. */
  log?(line: string): void;
}

/** A running sandbox. */
export interface Sandbox {
  /** Content of `endpoints.json`. */
  endpoints: Endpoints;
  /** Stops servers and guests and leaves what is kept on disk. */
  stop(): Promise<void>;
}

type Undo = () => unknown;

/**
 * Starts the stand-ins on loopback and writes `<dataDir>/endpoints.json`.
 *
 * @throws NanteError `conflict` when a port or the folder is in use, `invalid-input` for an unknown system
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const undo: Undo[] = [];
  async function stop() {
    const failures: unknown[] = [];
    // Newest first: nothing loses what it stands on. One that fails must not leave the others running.
    for (const step of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
  try {
    return { endpoints: await start(options, undo), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: SandboxOptions, undo: Undo[]) {
  const { seed = 1, ports = {}, log = () => {} } = options;
  const names = chooseSystems(options.systems);
  const dataDir = resolve(options.dataDir);

  const control = new ControlServer();
  await control.listen(ports.control ?? 0);
  undo.push(() => control.stop());
  undo.push(await claimDataFolder(dataDir, control.url));

  const endpoints: Endpoints = {
    sandbox: { control: control.url, pid: process.pid, seed },
  };
  const tls = await loadOrCreateTls(join(dataDir, 'tls'));
  /** Where guests reach this machine; known once they were started, and only where they are real. */
  let guestAddress: string | undefined;
  async function startGuests(kind: GuestKind) {
    const folder = join(dataDir, 'guests');
    const driver = await chooseDriver(kind, { dataDir: folder, log });
    undo.push(() => driver.close());
    // Kept apart from `endpoints.json`, which goes with the sandbox: cleaning has to know whose guests there were.
    writeFileAtomic(
      guestsFile(dataDir),
      JSON.stringify({ driver: driver.name }),
    );
    await driver.prepare(log);
    endpoints.guests = { driver: driver.name, real: driver.real };
    guestAddress = driver.machineAddress;
    return driver;
  }
  const parts: SystemParts = {
    dataDir,
    endpoints,
    startGuests: () => startGuests(options.guests ?? 'record'),
    guestCount: options.guestCount,
    packages: options.packages,
    runner: options.runner,
  };

  for (const name of names) {
    const definition = systemDefinitions[name];
    if (!definition) continue;
    const standIn = await definition.create(
      {
        dataDir: join(dataDir, name),
        seed,
        log: line => log(`${name}: ${line}`),
      },
      parts,
    );
    undo.push(() => standIn.stop());
    const server = new SystemServer({
      name,
      fetch: request => standIn.fetch(request),
      seed,
      tls: definition.tls ? tls : undefined,
      streams: definition.streams,
      log,
    });
    const guestsReachItAt = definition.forGuests ? guestAddress : undefined;
    await listen(server, ports[name], standIn.preferredPort, guestsReachItAt);
    undo.push(() => server.stop());
    await standIn.listening?.({ url: server.url, guestUrl: server.guestUrl });
    control.mount(name, standInControl(server, standIn));
    endpoints[name] = {
      url: server.url,
      ...(server.guestUrl ? { guestUrl: server.guestUrl } : {}),
      ...(definition.tls ? { ca: tls.caFile } : {}),
      control: `${control.url}/${name}`,
      ...standIn.credentials,
    };
  }

  if (endpoints.proxmox) {
    const provider = await startProvider(endpoints.proxmox, dataDir, log);
    undo.push(() => provider.stop());
    control.mount('terraformProvider', provider.control);
    endpoints.terraformProvider = {
      control: `${control.url}/terraformProvider`,
    };
  }

  const file = endpointsFile(dataDir);
  writeFileAtomic(file, `${JSON.stringify(endpoints, null, 2)}\n`);
  undo.push(() => rmSync(file, { force: true }));
  return endpoints;
}

/** On the port that was asked for, else on the one it had, else on any. */
async function listen(
  server: SystemServer,
  port: number | undefined,
  preferred: number | undefined,
  guestAddress: string | undefined,
) {
  if (port === undefined && preferred !== undefined)
    try {
      await server.listen(preferred, guestAddress);
      return;
    } catch (error) {
      if (!NanteError.is(error) || error.code !== 'conflict') throw error;
    }
  await server.listen(port ?? 0, guestAddress);
}

async function startProvider(
  { url, ca }: SystemEndpoint,
  dataDir: string,
  log: (line: string) => void,
): Promise<ProviderService> {
  return createProviderService({
    proxmox: { url, ca: ca ?? '' },
    dataDir: join(dataDir, 'provider'),
    log,
  });
}

function chooseSystems(wanted: SystemName[] | undefined): SystemName[] {
  const known = Object.keys(systemDefinitions) as SystemName[];
  const unknown = wanted?.filter(name => !known.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new NanteError(
      'invalid-input',
      `The sandbox has no stand-in for ${unknown.join(', ')}.`,
      { hint: `It has ${known.join(', ')}.` },
    );
  return wanted ? known.filter(name => wanted.includes(name)) : known;
}

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SystemServer } from '../../hosting/systemServer';
import type { StandIn } from '../../standIn';
import type { GuestDriver } from '../driver';
import { run } from '../nspawn/command';
import { missingTools } from '../nspawn/requirements';

const execFileAsync = promisify(execFile);
const { missing } = missingTools();

/** True where no guest can be booted; with `NANTE_REQUIRE_LAB=1` the tests then fail instead of being skipped. */
export const labSkipped =
  missing.length > 0 && process.env.NANTE_REQUIRE_LAB !== '1';

/** A title for tests that boot guests; says why they are skipped. */
export const labTitle = (title: string) =>
  labSkipped ? `${title} (skipped: it needs ${missing.join(', ')})` : title;

/** A key pair to log in with. */
export interface LabKey {
  publicKey: string;
  /** Runs a command on a guest, without a password and without asking for its host key. */
  ssh(login: string, ...command: string[]): Promise<string>;
}

/** Makes a key pair in a folder of the test. */
export async function createLabKey(folder: string): Promise<LabKey> {
  const key = join(folder, 'key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '5',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  return {
    publicKey: readFileSync(`${key}.pub`, 'utf8').trim(),
    async ssh(login, ...command) {
      const set = Object.entries(options).flatMap(([name, value]) => [
        '-o',
        `${name}=${value}`,
      ]);
      const args = ['-i', key, ...set, login, '--', ...command];
      const { stdout } = await execFileAsync('ssh', args);
      return stdout.trim();
    },
  };
}

/** Asks until there is an answer. @throws Error naming what was waited for */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`No ${what} after ${seconds} s`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Serves a stand-in to this machine and to guests, as a sandbox does. */
export async function serveToGuests(
  standIn: Pick<StandIn, 'name' | 'fetch'>,
  guests: Pick<GuestDriver, 'machineAddress'>,
): Promise<SystemServer> {
  const server = new SystemServer({
    name: standIn.name,
    fetch: request => standIn.fetch(request),
    seed: 1,
    log() {},
  });
  await server.listen(0, guests.machineAddress);
  return server;
}

/**
 * Boots a container that gets its address by DHCP.
 *
 * @returns its address
 */
export async function bootContainer(
  guests: GuestDriver,
  container: {
    vmid: number;
    hostname: string;
    vlan: number;
    mac: string;
    memoryMb?: number;
    publicKey: string;
  },
): Promise<string> {
  const { vmid, hostname, vlan, mac, memoryMb = 256, publicKey } = container;
  await guests.start({
    ...{ vmid, hostname, memoryMb },
    kind: 'lxc',
    cores: 1,
    diskGb: 4,
    sshKeys: [publicKey],
    networks: [{ bridge: 'vmbr0', vlan, mac, address: 'dhcp' }],
  });
  return eventually('address', async () =>
    (await guests.interfaces(vmid))
      ?.flatMap(card => card.addresses)
      .map(found => found.address)
      .find(found => found.startsWith('10.')),
  );
}

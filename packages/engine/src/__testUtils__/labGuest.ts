import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chooseDriver, missingTools, type GuestDriver } from '@nante/sandbox';
import { makeSshKey } from './sshKey';

/** Folder with `ansible-playbook`. */
export const ansibleBin =
  process.env.NANTE_ANSIBLE_BIN ??
  resolve(__dirname, '../../../../.tools/python/bin');
/** The playbooks of this repository. */
export const ansibleProject = resolve(__dirname, '../../../../ansible');

const missing = [
  ...missingTools().missing,
  ...(existsSync(join(ansibleBin, 'ansible-playbook'))
    ? []
    : ['ansible-playbook, which npm start installs']),
];
/** Without what guests need; with `NANTE_REQUIRE_LAB=1` the tests then fail instead of being skipped. */
export const labSkipped =
  missing.length > 0 && process.env.NANTE_REQUIRE_LAB !== '1';
/** `describe` for tests on booted guests. */
export const inLab = labSkipped ? describe.skip : describe;
/** Says in the title why tests are skipped. */
export const labTitle = (title: string) =>
  `${title}${labSkipped ? ` (skipped: it needs ${missing.join(', ')})` : ''}`;

/** A booted guest that nobody's records know. */
export interface LabGuest {
  name: string;
  address: string;
  user: string;
  privateKey: string;
  publicKey: string;
  /** Folder for the test, removed at the end. */
  folder: string;
  driver: GuestDriver;
  /** Runs a shell command on the guest. @throws where it ends with another code than 0 */
  ssh(command: string, user?: string): string;
  /** Removes the guest. */
  stop(): Promise<void>;
}

/**
 * Boots a guest of its own.
 *
 * @param options.vlan - one that no other test and no sandbox on the machine uses
 */
export async function bootLabGuest(options: {
  name: string;
  vmid: number;
  vlan: number;
  kind: 'vm' | 'lxc';
}): Promise<LabGuest> {
  const { name, vmid, vlan, kind } = options;
  const folder = mkdtempSync(join(tmpdir(), 'lab-guest-'));
  const { file: key, privateKey, publicKey } = makeSshKey(folder);
  const subnet = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;
  const address = `${subnet}.21`;
  const user = kind === 'vm' ? 'ops' : 'root';
  const driver = await chooseDriver('nspawn', {
    dataDir: folder,
    log: () => {},
  });
  await driver.prepare(() => {});
  await driver.start({
    ...{ vmid, kind, hostname: name, cores: 1, memoryMb: 512, diskGb: 8 },
    user: kind === 'vm' ? user : undefined,
    sshKeys: [publicKey],
    networks: [
      {
        ...{ bridge: 'vmbr0', vlan, gateway: `${subnet}.1` },
        mac: `BC:24:11:00:${String(vmid).slice(-4, -2)}:${String(vmid).slice(-2)}`,
        address: `${address}/24`,
      },
    ],
  });
  const ssh = (command: string, as = user) =>
    execFileSync(
      'ssh',
      [
        ...['-i', key, '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
        ...['-o', 'ConnectTimeout=5', '-o', 'StrictHostKeyChecking=no'],
        ...['-o', 'UserKnownHostsFile=/dev/null'],
        ...[`${as}@${address}`, command],
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
  for (let tries = 30; ; tries -= 1) {
    try {
      ssh('true');
      break;
    } catch (error) {
      if (tries === 0) throw error;
      execFileSync('sleep', ['1']);
    }
  }
  return {
    ...{ name, address, user, publicKey, folder, driver, ssh },
    privateKey,
    async stop() {
      await driver.clean();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

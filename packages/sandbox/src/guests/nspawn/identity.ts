import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import type { GuestSpec } from '../driver';
import { run } from './command';

/** A card with the address that it really gets: what DHCP answered is filled in. */
export interface PlacedCard {
  mac: string;
  address?: string;
  gateway?: string;
}

/** What has to be decided outside the guest before its files are written. */
export interface Placement {
  cards: PlacedCard[];
  nameservers: string[];
}

const userPattern = /^[a-z_][a-z0-9_-]{0,31}$/;

/** @throws NanteError `invalid-input` for what a Linux would refuse, before anything is made. */
export function checkSpec(spec: GuestSpec): void {
  const fail = (what: string, hint: string) => {
    throw new NanteError('invalid-input', what, { hint });
  };
  if (!/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,62}[a-zA-Z0-9])?$/.test(spec.hostname)) {
    fail(
      `"${spec.hostname}" is no host name`,
      'Use letters, digits and dashes.',
    );
  }
  if (spec.user !== undefined && !userPattern.test(spec.user)) {
    fail(
      `"${spec.user}" is no user name`,
      'Use lower-case letters and digits.',
    );
  }
  if (spec.sshKeys.some(key => key.includes('\0'))) {
    fail('An SSH key holds a zero byte', 'Paste the key as one line of text.');
  }
}

/**
 * Writes what cloud-init (for a VM) or Proxmox (for a container) would write into the mounted file tree. Identity that must
 * not change (machine id, host keys, user) is made once; name, network and keys are brought up to date at every start.
 */
export async function writeIdentity(
  root: string,
  spec: GuestSpec,
  placement: Placement,
): Promise<void> {
  checkSpec(spec);
  const etc = join(root, 'etc');
  const firstBoot = (await readFile(join(etc, 'machine-id'), 'utf8')) === '';
  const ignores = new Set(spec.ignores);
  if (firstBoot) {
    await run('chroot', [root, 'ssh-keygen', '-q', '-A']);
  }
  await writeNameServers(etc, spec, placement);
  if (!ignores.has('hostname')) await writeNames(etc, spec, placement);
  await writeNetwork(join(etc, 'systemd/network'), placement.cards);
  if (spec.kind === 'lxc') {
    // Proxmox hands a container its keys when it is made, and never again.
    if (firstBoot) await addKeys(root, join(root, 'root'), 0, 0, spec.sshKeys);
  } else if (spec.user && !ignores.has('user')) {
    await writeUser(root, spec.user, ignores.has('key') ? [] : spec.sshKeys);
  }
  // Last, because it says that all of the first boot is done: an interrupted one is repeated.
  if (firstBoot) {
    const id = `${randomBytes(16).toString('hex')}\n`;
    await writeFile(join(etc, 'machine-id'), id);
  }
}

/** Leaves a file alone that says it already: writing on a full disk would empty it. */
async function put(file: string, text: string, mode?: number): Promise<void> {
  const link = await lstat(file).catch(() => undefined);
  if (link?.isSymbolicLink()) await rm(file);
  else if (link && (await readFile(file, 'utf8')) === text) return;
  await writeFile(file, text, { mode });
}

const domainOf = (spec: GuestSpec) =>
  spec.networks.find(card => card.searchDomain)?.searchDomain;

async function writeNames(
  etc: string,
  spec: GuestSpec,
  { cards }: Placement,
): Promise<void> {
  const domain = domainOf(spec);
  const short = spec.hostname.split('.')[0];
  const full =
    domain && !spec.hostname.includes('.')
      ? `${short}.${domain}`
      : spec.hostname;
  const names = full === short ? short : `${full} ${short}`;
  await put(join(etc, 'hostname'), `${spec.hostname}\n`);
  await put(
    join(etc, 'hosts'),
    [
      '127.0.0.1 localhost',
      `${cards[0]?.address?.split('/')[0] ?? '127.0.1.1'} ${names}`,
      '::1 localhost ip6-localhost ip6-loopback',
      '',
    ].join('\n'),
  );
}

async function writeNameServers(
  etc: string,
  spec: GuestSpec,
  { nameservers }: Placement,
): Promise<void> {
  const domain = domainOf(spec);
  await put(
    join(etc, 'resolv.conf'),
    [
      ...(domain ? [`search ${domain}`] : []),
      ...nameservers.slice(0, 3).map(address => `nameserver ${address}`),
      'options timeout:1',
      '',
    ].join('\n'),
  );
}

async function writeNetwork(
  folder: string,
  cards: PlacedCard[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const index = /^10-eth(\d+)\.network$/.exec(name)?.[1];
    if (Number(index) >= cards.length) await rm(join(folder, name));
  }
  for (const [index, { address, gateway }] of cards.entries()) {
    await put(
      join(folder, `10-eth${index}.network`),
      [
        '[Match]',
        `Name=eth${index}`,
        '',
        '[Network]',
        ...(address ? [`Address=${address}`] : []),
        ...(gateway ? [`Gateway=${gateway}`] : []),
        'IPv6AcceptRA=no',
        '',
      ].join('\n'),
    );
  }
}

async function findUser(
  root: string,
  user: string,
): Promise<{ uid: number; gid: number; home: string } | undefined> {
  const passwd = await readFile(join(root, 'etc/passwd'), 'utf8');
  const fields = passwd
    .split('\n')
    .map(line => line.split(':'))
    .find(([name]) => name === user);
  return fields
    ? { uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] }
    : undefined;
}

async function writeUser(
  root: string,
  user: string,
  keys: string[],
): Promise<void> {
  if (!(await findUser(root, user))) {
    await run('chroot', [
      ...[root, 'useradd', '--create-home', '--shell', '/bin/bash'],
      ...['--groups', 'sudo,adm', user],
    ]);
  }
  const found = await findUser(root, user);
  if (!found) throw new NanteError('failed', `The user ${user} was not made`);
  const rights = join(root, 'etc/sudoers.d/90-cloud-init-users');
  await put(rights, `${user} ALL=(ALL) NOPASSWD:ALL\n`, 0o440);
  await chmod(rights, 0o440);
  await addKeys(root, join(root, found.home), found.uid, found.gid, keys);
}

/** Adds keys and keeps those that are there: a person may have added some, and cloud-init leaves them too. */
async function addKeys(
  root: string,
  home: string,
  uid: number,
  gid: number,
  keys: string[],
): Promise<void> {
  if (!home.startsWith(root)) return;
  const folder = join(home, '.ssh');
  const file = join(folder, 'authorized_keys');
  const known = existsSync(file) ? await readFile(file, 'utf8') : '';
  const lines = [...known.split('\n'), ...keys.flatMap(key => key.split('\n'))]
    .map(line => line.trim())
    .filter(Boolean);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await put(file, [...new Set(lines), ''].join('\n'), 0o600);
  await chown(folder, uid, gid);
  await chown(file, uid, gid);
}

/** The name servers that really answer from a guest. */
export async function machineNameservers(): Promise<string[]> {
  for (const file of ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const servers = [...text.matchAll(/^nameserver\s+(\S+)/gm)]
      .map(([, address]) => address)
      .filter(address => isIPv4(address) && !address.startsWith('127.'));
    if (servers.length > 0) return servers;
  }
  return [];
}

import { mkdtemp, rm, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, run } from './command';

/** Each tool, the Debian package that has it, and whether one of several is enough. */
const tools: { tools: string[]; either?: boolean; package: string }[] = [
  { tools: ['systemd-nspawn'], package: 'systemd-container' },
  { tools: ['debootstrap'], package: 'debootstrap' },
  { tools: ['ip'], package: 'iproute2' },
  { tools: ['nft', 'iptables'], either: true, package: 'nftables' },
  { tools: ['mount', 'umount', 'losetup'], package: 'mount' },
  {
    tools: ['unshare', 'nsenter', 'findmnt', 'fsfreeze'],
    package: 'util-linux',
  },
  { tools: ['mkfs.ext4', 'resize2fs'], package: 'e2fsprogs' },
];

/** Why guests cannot be booted here. */
export interface Lacks {
  /** For a person, one thing each. */
  missing: string[];
  /** Debian packages that would help. */
  packages: string[];
}

/** What can be said without trying anything: system, rights, tools. */
export function missingTools(): Lacks {
  const missing: string[] = [];
  const packages: string[] = [];
  if (process.platform !== 'linux') return { missing: ['Linux'], packages };
  if (process.getuid?.() !== 0) missing.push('root (start with sudo)');
  for (const need of tools) {
    const absent = need.tools.filter(tool => !findTool(tool));
    const enough = need.either ? need.tools.length : 1;
    if (absent.length < enough) continue;
    const names = absent.join(need.either ? ' or ' : ' and ');
    missing.push(`${names} (package ${need.package})`);
    packages.push(need.package);
  }
  if (!findDebianKeys()) {
    missing.push("Debian's keys (package debian-archive-keyring)");
    packages.push('debian-archive-keyring');
  }
  return { missing, packages };
}

/**
 * Finds out whether systemd-nspawn guests work on this machine; an empty answer means that they do. Tries the kernel's part
 * (namespaces, overlayfs on the data folder, loop devices) in namespaces that vanish at once.
 */
export async function nspawnRequirements(dataDir: string): Promise<Lacks> {
  const lacks = missingTools();
  if (lacks.missing.length > 0) return lacks;
  const trouble = await tryKernel(dataDir);
  return { missing: trouble ? [trouble] : [], packages: [] };
}

function findDebianKeys(): boolean {
  return ['gpg', 'pgp'].some(ending =>
    findTool(`../share/keyrings/debian-archive-keyring.${ending}`),
  );
}

async function tryKernel(dataDir: string): Promise<string | undefined> {
  await mkdir(dataDir, { recursive: true });
  const folder = await mkdtemp(join(dataDir, '.try-'));
  const part = (name: string) => join(folder, name);
  try {
    for (const name of ['lower', 'upper', 'work', 'root']) {
      await mkdir(part(name));
    }
    await run('unshare', [
      ...['--mount', '--net', '--pid', '--ipc', '--uts', '--fork'],
      ...['mount', '-t', 'overlay', 'overlay', '-o'],
      `lowerdir=${part('lower')},upperdir=${part('upper')},workdir=${part('work')}`,
      part('root'),
    ]);
    await writeFile(part('disk'), '');
    await truncate(part('disk'), 1024 ** 2);
    await run('mkfs.ext4', ['-q', '-F', part('disk')]);
    await run('unshare', [
      ...['--mount', 'mount', '-o', 'loop', part('disk'), part('root')],
    ]);
    return undefined;
  } catch (error) {
    return `namespaces, overlayfs and loop devices on ${dataDir} (${(error as Error).message})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { mkdtemp, rm, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, run } from './command';
import { readMachineSources } from './sources';

/** Each tool, the Debian package that has it, and what it is for. Alternatives stand together. */
const tools = [
  { tools: ['systemd-nspawn'], package: 'systemd-container' },
  { tools: ['debootstrap'], package: 'debootstrap' },
  { tools: ['ip'], package: 'iproute2' },
  { tools: ['nft', 'iptables'], package: 'nftables' },
  { tools: ['mount', 'umount'], package: 'mount' },
  { tools: ['unshare', 'nsenter'], package: 'util-linux' },
];

/** Why guests cannot be booted here. */
export interface Lacks {
  /** For a person, one thing each. */
  missing: string[];
  /** Debian packages that would help. */
  packages: string[];
}

/**
 * Finds out whether systemd-nspawn guests work on this machine; an empty answer means that they do. Tries the kernel's part
 * (namespaces, overlayfs on the data folder) in namespaces that vanish at once.
 */
export async function nspawnRequirements(dataDir: string): Promise<Lacks> {
  const missing: string[] = [];
  const packages: string[] = [];
  if (process.platform !== 'linux') {
    return { missing: ['Linux'], packages };
  }
  if (process.getuid?.() !== 0) missing.push('root (start with sudo)');
  const alternatives = new Set(['nft', 'iptables']);
  for (const need of tools) {
    const absent = need.tools.filter(tool => !findTool(tool));
    const either = need.tools.every(tool => alternatives.has(tool));
    if (absent.length === 0 || (either && absent.length === 1)) continue;
    missing.push(
      `${absent.join(either ? ' or ' : ' and ')} (package ${need.package})`,
    );
    packages.push(need.package);
  }
  if (missing.length > 0) return { missing, packages };
  const { suite } = await readMachineSources();
  if (!findDebianKeys()) {
    missing.push(
      `the keys of Debian ${suite} (package debian-archive-keyring)`,
    );
    packages.push('debian-archive-keyring');
  }
  const trouble = await tryKernel(dataDir);
  if (trouble) missing.push(trouble);
  return { missing, packages };
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
    return undefined;
  } catch (error) {
    return `namespaces and overlayfs on ${dataDir} (${(error as Error).message})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

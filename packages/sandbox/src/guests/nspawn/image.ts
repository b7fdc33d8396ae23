import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { findTool, run } from './command';
import { isAlive, markOf, type ProcessMark } from './processes';
import { type MachineSources, readMachineSources } from './sources';

/** Raise it when `finish` changes: images of an older recipe stay for the guests that stand on them. */
const recipe = 1;

const packages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'python3',
  'sudo',
  'iproute2',
  'ca-certificates',
  'udev',
  'libpam-systemd',
];

/** debootstrap's words for what it does for a while. */
const phases = ['Retrieving', 'Extracting', 'Unpacking', 'Configuring'];

/** The file tree that all guests of one recipe share, read only. */
export interface BaseImage {
  id: string;
  root: string;
}

function imageId(sources: MachineSources): string {
  const inputs = JSON.stringify([recipe, packages, sources]);
  const hash = createHash('sha256').update(inputs).digest('hex').slice(0, 8);
  return `debian-${sources.suite}-${process.arch}-${hash}`;
}

/** Where an image of that name lies; it may be missing. */
export function imageRoot(folder: string, id: string): string {
  return join(folder, id, 'root');
}

/**
 * Finds the base image or builds it with debootstrap, which takes one to two minutes. Several processes may ask at once:
 * one builds, the others wait. What an interrupted build left is removed; the packages it had fetched are used again.
 *
 * @param folder Cache of images; may be shared by several sandboxes.
 * @throws NanteError `failed` when debootstrap fails, with its last words.
 */
export async function prepareImage(
  folder: string,
  progress: (line: string) => void,
): Promise<BaseImage> {
  const sources = await readMachineSources();
  const id = imageId(sources);
  const image = { id, root: imageRoot(folder, id) };
  if (existsSync(image.root)) return image;
  await mkdir(folder, { recursive: true });
  const unlock = await lock(folder, image.root, progress);
  if (!unlock) return image;
  try {
    await removeUnfinished(folder);
    const started = Date.now();
    const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
    progress(
      `Building the base image of the guests: Debian ${sources.suite} from ${sources.mirror} (once, one to two minutes)`,
    );
    const building = join(folder, `.building-${id}`);
    const root = join(building, 'root');
    await debootstrap(folder, root, sources, step =>
      progress(`Base image: ${step} (${seconds()})`),
    );
    await finish(root, sources);
    await rename(building, join(folder, id));
    await rm(join(folder, '.packages'), { recursive: true, force: true });
    progress(`Base image ready after ${seconds()}`);
    return image;
  } finally {
    await unlock();
  }
}

/** Takes the build lock; undefined when the image came to be while waiting for it. */
async function lock(
  folder: string,
  wanted: string,
  progress: (line: string) => void,
): Promise<(() => Promise<void>) | undefined> {
  const file = join(folder, '.building.lock');
  let said = false;
  for (;;) {
    if (existsSync(wanted)) return undefined;
    try {
      await writeFile(file, JSON.stringify(markOf(process.pid)), {
        flag: 'wx',
      });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readFile(file, 'utf8').catch(() => '');
    const mark = parseMark(holder);
    if (holder && !(mark && isAlive(mark))) {
      await rm(file, { force: true });
      continue;
    }
    if (!said) {
      progress(
        `Another process (${mark?.pid ?? 'starting'}) builds the base image; waiting for it`,
      );
    }
    said = true;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

function parseMark(text: string): ProcessMark | undefined {
  try {
    return JSON.parse(text) as ProcessMark;
  } catch {
    return undefined;
  }
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('.building-')) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function debootstrap(
  folder: string,
  root: string,
  sources: MachineSources,
  progress: (step: string) => void,
): Promise<void> {
  const cache = join(folder, '.packages');
  await mkdir(cache, { recursive: true });
  await mkdir(root, { recursive: true });
  const proxy = sources.aptConfiguration
    .map(line => /^Acquire::http::Proxy "(.+)";$/.exec(line)?.[1])
    .find(Boolean);
  const seen = new Set<string>();
  // In namespaces of its own: whatever ends the build also ends its mounts and its children.
  await run(
    'unshare',
    [
      '--mount',
      // Not private: a copy of the mounts of a running guest would keep its disk in use.
      '--propagation=slave',
      '--pid',
      '--fork',
      '--kill-child',
      findTool('debootstrap') ?? 'debootstrap',
      `--cache-dir=${cache}`,
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      sources.suite,
      root,
      sources.mirror,
    ],
    {
      env: proxy && proxy !== 'DIRECT' ? { http_proxy: proxy } : {},
      timeoutMs: 20 * 60_000,
      onLine: line => {
        // One line for each phase, not one for each of two hundred packages.
        const word = /^I: (\w+)/.exec(line)?.[1];
        const phase = phases.find(known => known === word);
        if (phase && !seen.has(phase)) progress(phase.toLowerCase());
        if (phase) seen.add(phase);
      },
    },
  ).catch(error => {
    throw new NanteError(
      'failed',
      `The base image could not be built: ${(error as Error).message}`,
      {
        hint: `Check that ${sources.mirror} can be reached from this machine, then start again: what was fetched is kept.`,
        cause: error,
      },
    );
  });
}

/** What makes a bare Debian a cloud image: no identity of its own, network by files, the machine's way to packages. */
async function finish(root: string, sources: MachineSources): Promise<void> {
  const etc = join(root, 'etc');
  for (const name of await readdir(join(etc, 'ssh'))) {
    if (name.startsWith('ssh_host_')) await rm(join(etc, 'ssh', name));
  }
  await writeFile(join(etc, 'machine-id'), '');
  await rm(join(root, 'var/lib/dbus/machine-id'), { force: true });
  await writeFile(join(etc, 'hostname'), 'localhost\n');

  await rm(join(etc, 'apt/sources.list'), { force: true });
  await writeFile(
    join(etc, 'apt/sources.list.d/debian.sources'),
    sources.sources
      .map(
        ({ uri, suite, components }) =>
          `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: ${components.join(' ')}\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`,
      )
      .join('\n'),
  );
  await writeFile(
    join(etc, 'apt/apt.conf.d/90machine'),
    [...sources.aptConfiguration, ''].join('\n'),
  );
  for (const name of Object.keys(sources.authorities)) {
    await copyFile(
      join('/usr/local/share/ca-certificates', name),
      join(root, 'usr/local/share/ca-certificates', name),
    );
  }
  await run('chroot', [root, 'update-ca-certificates']);
  await run('chroot', [root, 'systemctl', 'enable', 'systemd-networkd']);
  // It would wait for a network that may be absent on purpose, and nothing here needs to wait.
  await run('chroot', [
    root,
    'systemctl',
    'disable',
    'systemd-networkd-wait-online',
  ]);
  await run('chroot', [root, 'apt-get', 'clean']);
  // Login without a wait for names: sshd looks the client up otherwise.
  await appendFile(join(etc, 'ssh/sshd_config'), '\nUseDNS no\n');
}

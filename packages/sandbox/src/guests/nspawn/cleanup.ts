import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { killGuest } from './boot';
import { removeGroups } from './cgroups';
import { run, tryRun } from './command';
import { foldersOf, unmountBelow } from './disk';
import type { LabNetwork } from './network';
import {
  findGuestProcesses,
  isAlive,
  markOf,
  type ProcessMark,
} from './processes';
import { thaw } from './snapshots';

const runtimeFolder = '/run/systemd/nspawn';

/** @throws NanteError `invalid-input` for paths that a mount's options cannot hold */
export function assertUsable(dataDir: string, ...paths: string[]): void {
  if (!/[,:\\]/.test(paths.join(''))) return;
  throw new NanteError(
    'invalid-input',
    `The data folder ${dataDir} cannot hold guests: its path has a comma, colon or backslash`,
    { hint: 'Use a data folder without these characters.' },
  );
}

/**
 * Makes this process the only one that works in the folder.
 *
 * @throws NanteError `locked` when another sandbox that lives has it.
 */
export async function takeFolder(folder: string): Promise<void> {
  const file = join(folder, 'owner.json');
  await mkdir(folder, { recursive: true });
  if (existsSync(file)) {
    const owner = JSON.parse(
      (await readFile(file, 'utf8')) || '{"pid":0}',
    ) as ProcessMark;
    if (owner.pid !== process.pid && isAlive(owner)) {
      throw new NanteError(
        'locked',
        `Another sandbox (process ${owner.pid}) runs the guests in ${folder}`,
        { hint: 'Stop it first, or use another data folder.' },
      );
    }
  }
  await writeFile(file, JSON.stringify(markOf(process.pid)));
}

export async function giveFolder(folder: string): Promise<void> {
  await rm(join(folder, 'owner.json'), { force: true });
}

/**
 * Removes what guests of this sandbox left on the machine, whether it was closed or killed: processes, control groups,
 * mounts, bridges, rules. Disks stay.
 *
 * @returns How many guests were found running.
 */
export async function clearMachine(
  prefix: string,
  folder: string,
  network: LabNetwork,
): Promise<number> {
  const homes = (existsSync(folder) ? readdirSync(folder) : []).filter(name =>
    /^\d+$/.test(name),
  );
  // First of all: who waits for a frozen disk cannot be killed.
  for (const name of homes) await thaw(foldersOf(folder, Number(name)));
  const machines = [...findGuestProcesses(`${prefix}-`).keys()];
  await Promise.all(machines.map(killGuest));
  await network.remove();
  await unmountBelow(folder);
  removeGroups(prefix);
  return machines.length;
}

/**
 * Lets what is unmounted here also vanish from the mounts of guests that were started meanwhile, of whatever sandbox: each
 * begins with a copy of the machine's, and would keep other guests' disks in use. `clearMachine` takes it back.
 */
export async function shareMounts(folder: string): Promise<void> {
  await run('mount', ['--bind', folder, folder]);
  await run('mount', ['--make-shared', folder]);
}

/**
 * systemd-nspawn refuses to tidy up at a reboot when its runtime folder lies on a disk, as on machines without systemd; it
 * gets a file system in memory there.
 *
 * @returns What keeps another sandbox from taking it away while it is open
 */
export async function prepareRuntimeFolder(): Promise<FileHandle> {
  await mkdir(runtimeFolder, { recursive: true });
  const type = await run('stat', ['-f', '-c', '%T', runtimeFolder]);
  if (type.trim() !== 'tmpfs') {
    const options = ['-t', 'tmpfs', '-o', 'mode=755', 'nante'];
    await run('mount', [...options, runtimeFolder]);
  }
  return open(runtimeFolder);
}

/** Takes the file system in memory away when it is ours and nobody needs it. */
export async function removeRuntimeFolder(): Promise<void> {
  const ours = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some(
      line =>
        line.includes(` ${runtimeFolder} `) && / - tmpfs nante /.test(line),
    );
  if (ours && findGuestProcesses('').size === 0) {
    await tryRun('umount', [runtimeFolder]);
  }
}

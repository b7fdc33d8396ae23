import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { killGuest } from './boot';
import { removeGroups } from './cgroups';
import { run, tryRun } from './command';
import { unmountBelow } from './disk';
import type { LabNetwork } from './network';
import {
  findGuestProcesses,
  isAlive,
  markOf,
  type ProcessMark,
} from './processes';

const runtimeFolder = '/run/systemd/nspawn';

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
  const machines = [...findGuestProcesses(`${prefix}-`).keys()];
  await Promise.all(machines.map(killGuest));
  await network.remove();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (/^\d+$/.test(name)) await unmountBelow(join(folder, name));
  }
  removeGroups(prefix);
  return machines.length;
}

/**
 * systemd-nspawn refuses to tidy up at a reboot when its runtime folder lies on a disk, as on machines without systemd; it
 * gets a file system in memory there.
 */
export async function prepareRuntimeFolder(): Promise<void> {
  await mkdir(runtimeFolder, { recursive: true });
  const type = await run('stat', ['-f', '-c', '%T', runtimeFolder]);
  if (type.trim() === 'tmpfs') return;
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'nante', runtimeFolder]);
}

/** Takes the file system in memory away when it is ours and no guest of anybody needs it. */
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

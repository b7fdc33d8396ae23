import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NanteError } from '@nante/model';
import { readJsonFile } from './storage/atomicFile';

interface Owner {
  pid: number;
  control: string;
}

/**
 * Claims the data folder for this sandbox. Two on one folder would write over each other.
 *
 * @param dataDir - made when missing, readable by its owner only
 * @param control - address of our control server, by which the next one finds out whether we still live
 * @returns gives the folder back
 * @throws NanteError `conflict` when another sandbox runs on it
 */
export async function claimDataFolder(
  dataDir: string,
  control: string,
): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'owner.json');
  const ours = JSON.stringify({ pid: process.pid, control });
  try {
    writeFileSync(file, ours, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await refuseWhenOwned(dataDir);
    writeFileSync(file, ours);
  }
  return () => rmSync(file, { force: true });
}

/** @throws NanteError `conflict` when a sandbox runs on this folder */
export async function refuseWhenOwned(dataDir: string): Promise<void> {
  const owner = readOwner(dataDir);
  if (!owner || !(await answers(owner))) return;
  throw new NanteError(
    'conflict',
    `A sandbox already runs on ${dataDir} (process ${owner.pid}).`,
    { hint: 'Stop it first, or give this one another folder with --data DIR.' },
  );
}

function readOwner(dataDir: string): Owner | undefined {
  try {
    return readJsonFile<Owner>(join(dataDir, 'owner.json'));
  } catch {
    // Cut off by a crash while it was written: nobody lives behind it.
    return undefined;
  }
}

/** A process id alone proves nothing, ids are used again: its control server has to answer with it. */
async function answers(owner: Owner): Promise<boolean> {
  try {
    const response = await fetch(`${owner.control}/`, {
      signal: AbortSignal.timeout(2000),
    });
    const body = (await response.json()) as { pid?: number };
    return body.pid === owner.pid;
  } catch {
    return false;
  }
}

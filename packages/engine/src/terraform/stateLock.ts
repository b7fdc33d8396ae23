import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { ObjectStore } from '@nante/clients';
import { z } from 'zod';
import { stateLockKey } from '../store/keys';
import type { WorkspacePaths } from './root';

const infoSchema = z.looseObject({
  ID: z.string(),
  Who: z.string().default('somebody'),
  Operation: z.string().default(''),
  Created: z.string().default(''),
});

/** What Terraform writes into its lock object. */
export type StateLockInfo = z.infer<typeof infoSchema>;

/** Terraform's lock of a workspace as it stands in the bucket; undefined when nobody holds it. */
export async function readStateLock(
  store: ObjectStore,
  workspace: string,
): Promise<StateLockInfo | undefined> {
  const found = await store.get(stateLockKey(workspace));
  if (!found) return undefined;
  try {
    return infoSchema.parse(JSON.parse(found.body));
  } catch {
    return { ID: '', Who: 'somebody', Operation: '', Created: '' };
  }
}

/** A lock in words for a person. */
export function describeStateLock(info: StateLockInfo): string {
  return `${info.Who} (${info.Operation || 'unknown operation'}, since ${info.Created || 'unknown'}, lock ${info.ID || 'unknown'})`;
}

/**
 * Remembers the lock in the bucket as our child's. Only to be called when the child has proved by its output that it is
 * past the lock, and still runs: the lock is exclusive, so it can be nobody else's.
 */
export async function rememberOwnLock(
  store: ObjectStore,
  workspace: string,
  paths: WorkspacePaths,
  stillRuns: () => Promise<boolean>,
): Promise<boolean> {
  const info = await readStateLock(store, workspace);
  if (!info?.ID || !(await stillRuns())) return false;
  await writeFile(paths.ownLock, JSON.stringify({ id: info.ID }));
  return true;
}

/** True when the lock in the bucket is the one that our child held. */
export async function isOwnLock(
  info: StateLockInfo,
  paths: WorkspacePaths,
): Promise<boolean> {
  if (!existsSync(paths.ownLock)) return false;
  const remembered = z
    .object({ id: z.string() })
    .safeParse(JSON.parse(await readFile(paths.ownLock, 'utf8')));
  return remembered.success && remembered.data.id === info.ID;
}

/**
 * Takes away Terraform's lock when it is provably ours and its child is dead; leaves any other alone.
 *
 * @returns true when one was taken away
 */
export async function removeOwnDeadLock(
  store: ObjectStore,
  workspace: string,
  paths: WorkspacePaths,
): Promise<boolean> {
  const info = await readStateLock(store, workspace);
  if (!info || !(await isOwnLock(info, paths))) {
    await rm(paths.ownLock, { force: true });
    return false;
  }
  await store.delete(stateLockKey(workspace));
  await rm(paths.ownLock, { force: true });
  return true;
}

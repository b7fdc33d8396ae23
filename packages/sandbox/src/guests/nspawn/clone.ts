import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { GuestSpec } from '../driver';
import { foldersOf } from './disk';
import { readSettings, writeJson } from './settings';
import { copyStill } from './snapshots';

/**
 * Makes a guest with a copy of another one's disk, over the same base image.
 *
 * @returns false when the other one has none: then nothing was made
 */
export async function cloneGuest(
  guests: string,
  from: number,
  spec: GuestSpec,
): Promise<boolean> {
  const source = foldersOf(guests, from);
  const known = await readSettings(guests, from);
  if (!known || !existsSync(source.image)) return false;
  const { home, image, settings } = foldersOf(guests, spec.vmid);
  await mkdir(home, { recursive: true });
  await copyStill(source, image);
  await writeJson(settings, { image: known.image, spec });
  return true;
}

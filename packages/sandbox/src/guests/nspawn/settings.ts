import { readFile, rename, writeFile } from 'node:fs/promises';
import type { GuestSpec } from '../driver';
import { foldersOf } from './disk';

/** What stays known of a guest while it is off. */
export interface GuestSettings {
  /** The base image that its disk grew from. */
  image: string;
  spec: GuestSpec;
}

/** Undefined for a guest that was never made. */
export async function readSettings(
  guests: string,
  vmid: number,
): Promise<GuestSettings | undefined> {
  const file = foldersOf(guests, vmid).settings;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as GuestSettings);
}

/** Writes a file so that it is whole at every moment. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(value, null, 2));
  await rename(`${file}.new`, file);
}

import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refuseWhenOwned } from './dataFolder';
import { guestsFile } from './endpoints';
import { chooseDriver } from './guests';
import { readJsonFile } from './storage/atomicFile';
import type { GuestKind } from './systems';

/**
 * Removes everything that sandboxes on this folder ever made, guests included.
 *
 * @throws NanteError `conflict` while one runs
 */
export async function cleanSandbox(options: {
  dataDir: string;
  log?(line: string): void;
}): Promise<void> {
  const { log = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  await refuseWhenOwned(dataDir);
  const kept = readJsonFile<{ driver: GuestKind }>(guestsFile(dataDir));
  if (kept) {
    const folder = join(dataDir, 'guests');
    const driver = await chooseDriver(kept.driver, { dataDir: folder, log });
    await driver.clean();
  }
  rmSync(dataDir, { recursive: true, force: true });
}

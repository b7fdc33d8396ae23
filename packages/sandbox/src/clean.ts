import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { refuseWhenOwned } from './dataFolder';
import { guestsFile } from './endpoints';
import type { GuestDriver } from './guests/driver';
import { readJsonFile } from './storage/atomicFile';
import { loadLate, type GuestKind } from './systems';

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
    const late = await loadLate<{
      chooseDriver(
        kind: GuestKind,
        options: { dataDir: string; log(line: string): void },
      ): Promise<GuestDriver>;
    }>('guests');
    const driver = await late?.chooseDriver(kept.driver, {
      dataDir: join(dataDir, 'guests'),
      log,
    });
    await driver?.clean();
  }
  rmSync(dataDir, { recursive: true, force: true });
}

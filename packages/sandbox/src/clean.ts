import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { refuseWhenOwned } from './dataFolder';

/**
 * Removes everything that sandboxes on this folder ever made, guests included.
 *
 * @throws NanteError `conflict` while one runs
 */
export async function cleanSandbox(options: {
  dataDir: string;
  log?(line: string): void;
}): Promise<void> {
  const dataDir = resolve(options.dataDir);
  await refuseWhenOwned(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}

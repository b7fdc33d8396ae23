import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder } from '../../process';

/**
 * A folder that only this user may read, for the time of some work. Its name belongs to what it is for, so that what a killed run
 * left is taken away when it is taken up again.
 */
export async function withPrivateFolder<T>(
  place: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const name = createHash('sha256').update(place).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `nante-k8s-${name}`);
  await rm(folder, { recursive: true, force: true });
  await makePrivateFolder(folder, 'the kubeconfig while Helm works');
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a file that only this user may read. */
export async function writePrivate(
  file: string,
  content: string | Buffer,
): Promise<string> {
  await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  return file;
}

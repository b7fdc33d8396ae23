import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NanteError } from '@nante/model';

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
  try {
    // Fails where somebody else has made one of that name: then it is not ours to trust.
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    throw new NanteError('failed', `${folder} cannot be made.`, {
      hint: 'It holds the kubeconfig while Helm works. Remove it if somebody else has made it.',
      cause,
    });
  }
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

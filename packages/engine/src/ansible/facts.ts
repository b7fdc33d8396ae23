import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Folder in which Ansible remembers facts of hosts. It is another one as soon as a host shows another key, because then
 * it is another host, though it may have the name and address of the old one; what was remembered before is removed.
 *
 * @param knownHosts - the keys of all hosts of the play
 */
export async function factsFolder(
  workDirectory: string,
  knownHosts: string,
): Promise<string> {
  const all = join(workDirectory, 'facts');
  await mkdir(all, { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(knownHosts).digest('hex');
  const own = name.slice(0, 16);
  for (const other of await readdir(all))
    if (other !== own)
      await rm(join(all, other), { recursive: true, force: true });
  await mkdir(join(all, own), { recursive: true, mode: 0o700 });
  return join(all, own);
}

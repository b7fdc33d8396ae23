import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@backstage/errors';

/**
 * A file of the task's workspace. Nothing on the way to it may be a link: what lies in the workspace comes from elsewhere, and
 * a link would reach any file of the portal.
 *
 * @param file - path below the workspace
 * @returns its absolute path
 * @throws InputError for what is outside, is not there, is no file, or is reached by a link
 */
export async function workspaceFile(
  workspacePath: string,
  file: string,
): Promise<string> {
  const base = await realpath(workspacePath);
  const wanted = path.resolve(base, file);
  const refuse = (why: string) =>
    new InputError(`file: ${file} ${why}. Nothing was published.`);
  if (path.isAbsolute(file) || !wanted.startsWith(base + path.sep))
    throw refuse('lies outside of the workspace of this task');
  const found = await lstat(wanted).catch(() => undefined);
  if (!found) throw refuse('is not in the workspace of this task');
  // The parents too.
  if (found.isSymbolicLink() || (await realpath(wanted)) !== wanted)
    throw refuse('is reached by a symbolic link');
  if (!found.isFile()) throw refuse('is no file');
  return wanted;
}

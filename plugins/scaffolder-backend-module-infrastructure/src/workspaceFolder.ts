import { lstat } from 'node:fs/promises';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';

/**
 * A folder of the task's workspace.
 *
 * @param folder - path below the workspace; empty is the workspace itself
 * @returns its absolute path
 * @throws InputError for what is outside or is no folder
 */
export async function workspaceFolder(
  workspacePath: string,
  folder: string,
): Promise<string> {
  const refuse = (why: string) =>
    new InputError(`sourcePath: ${folder} ${why}. Nothing was changed.`);
  let wanted: string;
  try {
    wanted = resolveSafeChildPath(workspacePath, folder || '.');
  } catch {
    throw refuse('lies outside of the workspace of this task');
  }
  const found = await lstat(wanted).catch(() => undefined);
  if (!found?.isDirectory())
    throw refuse('is no folder in the workspace of this task');
  return wanted;
}

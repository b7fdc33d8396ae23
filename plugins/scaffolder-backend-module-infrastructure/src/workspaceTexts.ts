import { InputError } from '@backstage/errors';
import {
  readRepositoryFolder,
  toBackstageError,
} from '@nante/plugin-infrastructure-node';
import { workspaceFolder } from './workspaceFolder';

/**
 * The texts of a folder of the task's workspace, by their paths in it, and which of them are executable.
 *
 * @throws InputError for a folder that cannot be taken, and for files that are no text
 */
export async function workspaceTexts(
  workspacePath: string,
  sourcePath: string,
): Promise<{ files: Record<string, string>; executables: string[] }> {
  const folder = await workspaceFolder(workspacePath, sourcePath);
  const found = await readRepositoryFolder(folder).catch(error => {
    throw toBackstageError(error);
  });
  const texts = found.map(({ path, content }) => ({
    ...{ path, text: content!.toString('utf8') },
    isText: Buffer.from(content!.toString('utf8')).equals(content!),
  }));
  const others = texts.filter(({ isText }) => !isText);
  if (others.length > 0)
    throw new InputError(
      `sourcePath: ${others.map(({ path }) => path).join(', ')} are no texts, and a pull request of ours takes nothing else. Nothing was changed.`,
    );
  return {
    files: Object.fromEntries(texts.map(({ path, text }) => [path, text])),
    executables: found.flatMap(({ path, isExecutable }) =>
      isExecutable ? [path] : [],
    ),
  };
}

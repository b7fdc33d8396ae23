import { lstat, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { NewFile } from '@nante/clients';
import { NanteError } from '@nante/model';

/** What a first commit may have; a repository that is larger is pushed by git. */
const limits = {
  files: 1_000,
  fileBytes: 10_000_000,
  bytes: 50_000_000,
};

/**
 * All files of a folder, dotfiles too, without `.git`, sorted by path. What is executable stays so.
 *
 * @throws NanteError `invalid-input` for a folder that is not there or empty, for links, and for what is too much
 */
export async function readFolder(folder: string): Promise<NewFile[]> {
  if (!isAbsolute(folder) || !(await isFolder(folder)))
    throw new NanteError(
      'invalid-input',
      `The folder ${folder} with the files of the repository is not on this machine.`,
      {
        hint: 'Name the whole path of a folder; or where it was there and is gone, make the request anew: what is done already is not done again.',
      },
    );
  const paths = await pathsIn(folder, '');
  if (paths.length === 0)
    throw refused(`The folder ${folder} is empty.`, 'Put files into it.');
  if (paths.length > limits.files)
    throw refused(
      `The folder ${folder} has ${paths.length} files, and ${limits.files} is the most.`,
    );
  const files: NewFile[] = [];
  let bytes = 0;
  for (const path of paths.sort()) {
    const file = join(folder, path);
    const { size, mode } = await lstat(file);
    if (size > limits.fileBytes)
      throw refused(
        `${path} has ${size} bytes, and ${limits.fileBytes} is the most.`,
      );
    bytes += size;
    if (bytes > limits.bytes)
      throw refused(
        `The folder ${folder} has more than ${limits.bytes} bytes.`,
      );
    const isExecutable = (mode & 0o100) !== 0;
    files.push({
      path: path.split(sep).join('/'),
      content: await readFile(file),
      ...(isExecutable && { isExecutable }),
    });
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function pathsIn(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => name !== '.git')
      .map(async entry => {
        const path = join(below, entry.name);
        if (entry.isDirectory()) return pathsIn(root, path);
        if (entry.isFile()) return [path];
        throw refused(
          `${path} is ${entry.isSymbolicLink() ? 'a symbolic link' : 'no file'}, which could lead out of the folder.`,
          'Put the file itself there.',
        );
      }),
  );
  return found.flat();
}

function refused(
  message: string,
  hint = 'Make the repository with fewer files, and push the others by git.',
): NanteError {
  return new NanteError('invalid-input', message, { hint });
}

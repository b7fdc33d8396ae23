import { createHash } from 'node:crypto';
import type { GithubFile, NewFile } from '@nante/clients';
import { NanteError, type ProposeChangeRequest } from '@nante/model';

/** What a pull request of ours may have: it is read by a person. */
const limits = { files: 200, bytes: 1_000_000 };

/**
 * Files of a request as a commit takes them.
 *
 * @throws NanteError `invalid-input` that names every path that cannot be one of a repository, and what is too much
 */
export function changedFiles({
  files,
  executables = [],
}: Pick<ProposeChangeRequest, 'files' | 'executables'>): NewFile[] {
  const bad = Object.keys(files).filter(path => !isPath(path));
  if (bad.length > 0)
    throw new NanteError(
      'invalid-input',
      `These are no paths of files in a repository: ${bad.map(path => JSON.stringify(path)).join(', ')}.`,
      { hint: 'Use paths such as docs/index.md, without .. and not in .git.' },
    );
  const all = Object.entries(files).map(([path, text]) => ({
    path,
    content: text === null ? null : Buffer.from(text),
    ...(executables.includes(path) && { isExecutable: true }),
  }));
  const bytes = all.reduce(
    (sum, { content }) => sum + (content?.length ?? 0),
    0,
  );
  if (all.length > limits.files || bytes > limits.bytes)
    throw new NanteError(
      'invalid-input',
      `This change has ${all.length} files with ${bytes} bytes; ${limits.files} files with ${limits.bytes} bytes are the most.`,
      { hint: 'Propose it in parts, or push it by git.' },
    );
  return all;
}

function isPath(path: string): boolean {
  return (
    !/[\p{Cc}\\]/u.test(path) &&
    path
      .split('/')
      .every(part => !['', '.', '..'].includes(part) && !/^\.git$/iu.test(part))
  );
}

/** What of a change a tree does not have yet. */
export interface Difference {
  /** Paths that differ, sorted. */
  paths: string[];
  /** Files of them for a commit; who was executable stays so. */
  files: NewFile[];
  /** Of those, the ones that are there with something else. */
  changed: string[];
}

/** Compares files with those of a tree, by git's own checksums: nothing is downloaded. */
export function differenceOf(
  wanted: readonly NewFile[],
  tree: readonly GithubFile[],
): Difference {
  const there = new Map(tree.map(file => [file.path, file]));
  const files = wanted.flatMap(file => {
    const old = there.get(file.path);
    if (file.content === null) return old ? [file] : [];
    if (old?.sha === blobSha(file.content) && old.mode !== '120000') return [];
    return [{ ...file, ...(old && { isExecutable: old.mode === '100755' }) }];
  });
  const paths = files.map(({ path }) => path).sort();
  return { paths, files, changed: paths.filter(path => there.has(path)) };
}

/** Paths that would take the place of a folder, or lie below a file. */
export function clashesOf(
  wanted: readonly NewFile[],
  tree: readonly GithubFile[],
): string[] {
  const filePaths = new Set(tree.map(({ path }) => path));
  const folders = new Set(tree.flatMap(({ path }) => foldersOf(path)));
  return wanted
    .filter(
      ({ path, content }) =>
        content !== null &&
        (folders.has(path) ||
          foldersOf(path).some(folder => filePaths.has(folder))),
    )
    .map(({ path }) => path);
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Git's checksum of a file's content. */
export function blobSha(content: Buffer): string {
  return createHash('sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}

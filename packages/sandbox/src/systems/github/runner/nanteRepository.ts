import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { git, gitText } from '../git/git';

/** What the stand-in's copy of our own repository is. */
export interface OwnRepository {
  /** Commit of the newest release. */
  commit: string;
  /** Its tag. */
  version: string;
}

/** Folders of the clone that a workflow or action of ours needs. */
const shared = ['.github', 'terraform', 'ansible', 'packages/cli/bin'];
const previous = 'v0.0.9';
const current = 'v0.1.0';

/** Who and when: the same for the same files, so that callers keep their commits from start to start. */
const signature = {
  GIT_AUTHOR_NAME: 'Nante',
  GIT_AUTHOR_EMAIL: 'nante@example.com',
  GIT_AUTHOR_DATE: '2026-01-15T09:00:00Z',
  GIT_COMMITTER_NAME: 'Nante',
  GIT_COMMITTER_EMAIL: 'nante@example.com',
  GIT_COMMITTER_DATE: '2026-01-15T09:00:00Z',
};

/**
 * Writes our own repository, as it lies in the clone (committed or not), into a bare one: a commit for each of two releases, with
 * their tags, and the branch `main`. One that has the same files already is left as it is.
 *
 * @param clone - root of the clone
 * @param folder - a bare repository
 * @throws Error where git cannot list the files of the clone
 */
export async function writeNanteRepository(
  clone: string,
  folder: string,
): Promise<OwnRepository> {
  const files = await filesOf(clone);
  const blobs = await writeBlobs(folder, clone, files);
  const tree = await writeTree(folder, files, blobs);
  const before = await writeTree(folder, files, await asBefore(folder, blobs));
  const first = await commit(folder, before, previous);
  const second = await commit(folder, tree, current, first);
  const refs = {
    'refs/heads/main': second,
    [`refs/tags/${previous}`]: first,
    [`refs/tags/${current}`]: second,
  };
  await git(['update-ref', '--stdin'], {
    folder,
    input: Object.entries(refs)
      .map(([name, sha]) => `update ${name} ${sha}\n`)
      .join(''),
  });
  return { commit: second, version: current };
}

/** Whether this folder is a clone of ours, with all that a runner needs. */
export function isClone(folder: string): boolean {
  return ['.git', ...shared].every(name => existsSync(join(folder, name)));
}

/** Of a clone, and of a further work tree of one. */
function gitFolder(clone: string): string {
  const place = join(clone, '.git');
  if (lstatSync(place).isDirectory()) return place;
  const [, folder] = /^gitdir: (.+)$/m.exec(readFileSync(place, 'utf8')) ?? [];
  return resolve(clone, folder ?? place);
}

interface CloneFile {
  path: string;
  mode: '100644' | '100755' | '120000';
}

/** Files as they are now: tracked ones that still exist, and new ones that git does not ignore. */
async function filesOf(clone: string): Promise<CloneFile[]> {
  const listed = await gitText(
    [
      ...['-C', clone, `--work-tree=${clone}`, 'ls-files', '-z'],
      ...['--cached', '--others', '--exclude-standard', '--', ...shared],
    ],
    { folder: gitFolder(clone) },
  );
  const paths = [...new Set(listed.split('\0').filter(Boolean))].sort();
  return paths.flatMap((path): CloneFile[] => {
    const stat = lstatSync(join(clone, path), { throwIfNoEntry: false });
    if (!stat || stat.isDirectory()) return [];
    if (stat.isSymbolicLink()) return [{ path, mode: '120000' }];
    const isExecutable = (stat.mode & 0o100) !== 0;
    return [{ path, mode: isExecutable ? '100755' : '100644' }];
  });
}

/** Ids of the contents, by path; what the repository has already is not written again. */
async function writeBlobs(
  folder: string,
  clone: string,
  files: readonly CloneFile[],
): Promise<Map<string, string>> {
  const contents = files.map(({ path, mode }) => {
    const file = join(clone, path);
    return mode === '120000'
      ? Buffer.from(readlinkSync(file))
      : readFileSync(file);
  });
  const ids = contents.map(blobId);
  const known = await gitText(['cat-file', '--batch-check=%(objecttype)'], {
    folder,
    input: ids.map(id => `${id}\n`).join(''),
  });
  const isKnown = known.split('\n').map(line => line === 'blob');
  const fresh = contents.filter((_, index) => !isKnown[index]);
  if (fresh.length > 0) await importBlobs(folder, fresh);
  return new Map(files.map(({ path }, index) => [path, ids[index]]));
}

function blobId(content: Buffer): string {
  return createHash('sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}

/** All at once: a program for each file would take seconds. */
async function importBlobs(folder: string, contents: readonly Buffer[]) {
  const input = Buffer.concat(
    contents.flatMap(content => [
      Buffer.from(`blob\ndata ${content.length}\n`),
      content,
      Buffer.from('\n'),
    ]),
  );
  await git(['-c', 'pack.compression=1', 'fast-import', '--quiet', '--done'], {
    folder,
    input: Buffer.concat([input, Buffer.from('done\n')]),
  });
}

async function writeTree(
  folder: string,
  files: readonly CloneFile[],
  blobs: ReadonlyMap<string, string>,
): Promise<string> {
  const env = { GIT_INDEX_FILE: join(folder, 'nante-index') };
  const input = files
    .map(({ path, mode }) => `${mode} ${blobs.get(path)}\t${path}\0`)
    .join('');
  await git(['read-tree', '--empty'], { folder, env });
  await git(['update-index', '-z', '--index-info'], { folder, env, input });
  return gitText(['write-tree'], { folder, env });
}

/** The release before: its workflows differ by a comment. */
async function asBefore(
  folder: string,
  blobs: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const before = new Map(blobs);
  const contents: Buffer[] = [];
  for (const [path, id] of blobs) {
    if (!/^\.github\/workflows\/[^/]+\.yml$/.test(path)) continue;
    const now = await git(['cat-file', 'blob', id], { folder });
    const content = Buffer.concat([
      Buffer.from(`# As in release ${previous}.\n`),
      now,
    ]);
    contents.push(content);
    before.set(path, blobId(content));
  }
  if (contents.length > 0) await importBlobs(folder, contents);
  return before;
}

function commit(
  folder: string,
  tree: string,
  version: string,
  parent?: string,
): Promise<string> {
  return gitText(
    [
      ...['commit-tree', tree, '-m', `Release ${version}`],
      ...(parent ? ['-p', parent] : []),
    ],
    { folder, env: signature },
  );
}

import { git, tryGit } from '../../git/git';

/** Files of a repository of the stand-in at one commit. */
export interface Source {
  /** `owner/name`. */
  repository: string;
  /** The bare repository. */
  folder: string;
  sha: string;
}

/** What `uses:` of a job or step leads to. */
export interface Used {
  source: Source;
  /** Of the file or folder, from the root of the repository; empty for the root. */
  path: string;
}

/** Folder of a bare repository of the stand-in; undefined where there is none. */
export type FindRepository = (
  owner: string,
  name: string,
) => string | undefined;

/** Text of a file; undefined where the commit has none. */
export function readSource(
  { folder, sha }: Source,
  path: string,
): Promise<string | undefined> {
  return tryGit(['cat-file', 'blob', `${sha}:${path}`], { folder });
}

/** Writes all files of a commit into a folder that exists. */
export async function writeSource(
  { folder, sha }: Source,
  target: string,
): Promise<void> {
  // A file of names and contents of its own: the bare repository is not touched.
  const env = { GIT_INDEX_FILE: `${target}.index` };
  const place = [`--work-tree=${target}`];
  await git([...place, 'read-tree', sha], { folder, env });
  await git([...place, 'checkout-index', '--all', '--force'], { folder, env });
}

const remote = /^([\w.-]+)\/([\w.-]+)((?:\/[^@]*)?)@(.+)$/;

/**
 * Follows `uses:`.
 *
 * @param from - where it stands: `$/` means this repository at this commit
 * @param caller - the repository of the run, which `./` means
 * @returns undefined for what the stand-in does not have
 */
export async function resolveUses(
  uses: string,
  from: Source,
  caller: Source,
  find: FindRepository,
): Promise<Used | undefined> {
  if (uses.startsWith('$/'))
    return { source: from, path: clean(uses.slice(2)) };
  if (uses.startsWith('./'))
    return { source: caller, path: clean(uses.slice(2)) };
  const match = remote.exec(uses);
  if (!match) return undefined;
  const [, owner, name, path, ref] = match;
  const folder = find(owner, name);
  if (!folder) return undefined;
  const sha = await commitOf(folder, ref);
  if (!sha) return undefined;
  return {
    source: { repository: `${owner}/${name}`, folder, sha },
    path: clean(path),
  };
}

/** Full id of the commit that a branch, tag or id names. */
async function commitOf(folder: string, ref: string) {
  for (const name of [`refs/tags/${ref}`, `refs/heads/${ref}`, ref]) {
    const sha = await tryGit(
      [
        'rev-parse',
        '--quiet',
        '--verify',
        '--end-of-options',
        `${name}^{commit}`,
      ],
      { folder },
    );
    if (sha) return sha;
  }
  return undefined;
}

function clean(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

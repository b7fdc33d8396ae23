import { git, gitText, tryGit } from './git';

/** A commit as git has it. */
export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

/** Who, and when (ISO, UTC, without fractions). */
export interface Signature {
  name: string;
  email: string;
  date: string;
}

export interface TreeEntry {
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  sha: string;
  /** Bytes; undefined for what is no blob. */
  size?: number;
  path: string;
}

export interface Ref {
  /** Full name. */
  ref: string;
  /** What it points at; for an annotated tag the tag itself. */
  sha: string;
  type: 'commit' | 'tag' | 'blob' | 'tree';
  /** The commit that it leads to. */
  commit: string;
}

export interface FileChange {
  status: 'added' | 'removed' | 'modified' | 'renamed';
  path: string;
  previousPath?: string;
  sha: string;
  additions: number;
  deletions: number;
}

/** `000…`, where a ref is made or goes. */
export const noCommit = '0'.repeat(40);

/** What git refuses in a ref's name, and what would be an expression of its own. */
const isPlainName = (ref: string) =>
  /^[^\s~^:?*[\\]+$/.test(ref) &&
  !/\.\.|@\{|^-/.test(ref) &&
  !ref.includes('\0');

/** Reads a bare repository. Names that a client gives never become options or expressions of git. */
export class RepositoryReader {
  constructor(
    readonly folder: string,
    private readonly env?: Record<string, string>,
  ) {}

  private get options() {
    return { folder: this.folder, env: this.env };
  }

  /** The commit that a branch, a tag, a full name or the begin of a sha means; undefined for none. */
  async resolve(ref: string): Promise<string | undefined> {
    if (!isPlainName(ref)) return undefined;
    const candidates = [`refs/heads/${ref}`, `refs/tags/${ref}`];
    if (ref.startsWith('refs/')) candidates.unshift(ref);
    else if (/^(heads|tags|pull)\//.test(ref)) candidates.push(`refs/${ref}`);
    if (/^[0-9a-f]{4,40}$/i.test(ref)) candidates.push(ref);
    for (const candidate of candidates) {
      const sha = await this.commitOf(candidate);
      if (sha) return sha;
    }
    return undefined;
  }

  /** What an expression that we made ourselves leads to. */
  private async commitOf(expression: string): Promise<string | undefined> {
    return tryGit(
      [
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${expression}^{commit}`,
      ],
      this.options,
    );
  }

  /** Sha of an exact ref; undefined where there is none. */
  async ref(name: string): Promise<Ref | undefined> {
    return (await this.refs(name)).find(({ ref }) => ref === name);
  }

  /** Refs below a prefix, by name. */
  async refs(prefix: string): Promise<Ref[]> {
    if (!isPlainName(prefix)) return [];
    const format =
      '%(refname)%09%(objectname)%09%(objecttype)%09%(*objectname)';
    const lines = await gitText(
      ['for-each-ref', `--format=${format}`, '--', prefix],
      this.options,
    );
    return lines
      .split('\n')
      .filter(Boolean)
      .map(line => {
        const [ref, sha, type, peeled] = line.split('\t');
        return { ref, sha, type: type as Ref['type'], commit: peeled || sha };
      });
  }

  /** @throws GitFailure for one that is not there */
  async commit(sha: string): Promise<Commit> {
    const [commit] = await this.log(sha, { limit: 1 });
    return commit;
  }

  /** Commits reachable from one, newest first; `path` keeps those that touch it. */
  async log(
    range: string,
    { limit, skip = 0, path }: { limit: number; skip?: number; path?: string },
  ): Promise<Commit[]> {
    const format =
      '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x1e';
    const text = await gitText(
      [
        'log',
        `--format=${format}`,
        `--max-count=${limit}`,
        `--skip=${skip}`,
        '--end-of-options',
        range,
        '--',
        ...(path ? [path] : []),
      ],
      this.options,
    );
    return text
      .split('\u001e')
      .map(record => record.replace(/^\n/, ''))
      .filter(Boolean)
      .map(toCommit);
  }

  /** How many commits a range has. */
  async count(range: string): Promise<number> {
    const text = await gitText(
      ['rev-list', '--count', '--end-of-options', range],
      this.options,
    );
    return Number(text);
  }

  async mergeBase(left: string, right: string): Promise<string | undefined> {
    return tryGit(['merge-base', left, right], this.options);
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    const answer = await tryGit(
      ['merge-base', '--is-ancestor', older, newer],
      this.options,
    );
    return answer !== undefined;
  }

  /** Entries of a tree or commit; all files below it with `isRecursive`, folders included. Undefined where there is no such tree. */
  async tree(
    sha: string,
    options: { isRecursive?: boolean; path?: string } = {},
  ): Promise<TreeEntry[] | undefined> {
    const args = ['ls-tree', '-z', '--long', '--full-tree'];
    if (options.isRecursive) args.push('-r', '-t');
    args.push('--end-of-options', sha);
    if (options.path) args.push('--', options.path);
    const text = await tryGit(args, this.options);
    return text
      ?.split('\0')
      .filter(Boolean)
      .map(line => {
        const tab = line.indexOf('\t');
        const [mode, type, object, size] = line.slice(0, tab).split(/ +/);
        return {
          mode,
          type: type as TreeEntry['type'],
          sha: object,
          ...(size === '-' ? {} : { size: Number(size) }),
          path: line.slice(tab + 1),
        };
      });
  }

  /** What lies at a path of a commit; the root is a tree too. */
  async entry(commit: string, path: string): Promise<TreeEntry | undefined> {
    if (path === '')
      return { mode: '040000', type: 'tree', sha: commit, path: '' };
    const entries = await this.tree(commit, { path: `:(literal)${path}` });
    return entries?.find(entry => entry.path === path);
  }

  /** Undefined where there is no such blob. */
  async blob(sha: string): Promise<Buffer | undefined> {
    if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
    return git(['cat-file', 'blob', sha], this.options).catch(() => undefined);
  }

  /** Text of a file in a commit; undefined where there is none. */
  async text(commit: string, path: string): Promise<string | undefined> {
    const entry = await this.entry(commit, path);
    if (entry?.type !== 'blob') return undefined;
    return (await this.blob(entry.sha))?.toString('utf8');
  }

  /** Files that differ; `before` may be `noCommit`. */
  async changes(before: string, after: string): Promise<FileChange[]> {
    const from = before === noCommit ? await this.emptyTree() : before;
    const args = ['-r', '-z', '-M', '--end-of-options', from, after];
    const raw = await gitText(['diff-tree', '--raw', ...args], this.options);
    const counts = await gitText(
      ['diff-tree', '--numstat', ...args],
      this.options,
    );
    return joinChanges(raw.split('\0'), counts.split('\0'));
  }

  /** Names of files that new commits of a range touch. */
  async touched(range: string[], path: string): Promise<string[]> {
    const text = await gitText(
      ['log', '--format=', '--name-only', '-z', ...range, '--', path],
      this.options,
    );
    return [...new Set(text.split('\0').filter(Boolean))];
  }

  private async emptyTree(): Promise<string> {
    return gitText(['hash-object', '-t', 'tree', '--stdin'], {
      ...this.options,
      input: '',
    });
  }
}

function toCommit(record: string): Commit {
  const [sha, tree, parents, an, ae, aI, cn, ce, cI, message] =
    record.split('\0');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: utc(aI) },
    committer: { name: cn, email: ce, date: utc(cI) },
    message: message.replace(/\n+$/, ''),
  };
}

function utc(date: string): string {
  return new Date(date).toISOString().replace('.000Z', 'Z');
}

const statuses: Record<string, FileChange['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  T: 'modified',
  R: 'renamed',
};

/** The two lists of `diff-tree`, both in the same order. */
function joinChanges(raw: string[], counts: string[]): FileChange[] {
  const lines = new Map<string, [number, number]>();
  for (let at = 0; at < counts.length && counts[at];) {
    const [added, removed, path] = counts[at].split('\t');
    const isRename = path === '';
    lines.set(isRename ? counts[at + 2] : path, [
      Number(added) || 0,
      Number(removed) || 0,
    ]);
    at += isRename ? 3 : 1;
  }
  const changes: FileChange[] = [];
  for (let at = 0; at < raw.length && raw[at].startsWith(':');) {
    const [, , , sha, letter] = raw[at].split(' ');
    const status = statuses[letter[0]] ?? 'modified';
    const isRename = status === 'renamed';
    const path = raw[at + (isRename ? 2 : 1)];
    const [additions, deletions] = lines.get(path) ?? [0, 0];
    changes.push({
      ...{ status, path, sha, additions, deletions },
      ...(isRename ? { previousPath: raw[at + 1] } : {}),
    });
    at += isRename ? 3 : 2;
  }
  return changes;
}

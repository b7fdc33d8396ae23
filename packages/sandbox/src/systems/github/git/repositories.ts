import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './git';
import { RepositoryReader, type Commit } from './read';

const rememberedCommits = 2000;

/** What makes a repository behave as GitHub does. */
const settings = `[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\tautogc = false
\tdenyDeleteCurrent = ignore
\tadvertisePushOptions = true
[gc]
\tauto = 0
`;

/** The folders of all bare repositories, named by their ids so that a new name moves nothing. */
export class BareRepositories {
  readonly #folder: string;
  readonly #commits = new Map<string, Commit>();

  /** @param hooks - folder of the hooks that all of them share */
  constructor(
    folder: string,
    readonly hooks: string,
  ) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  folder(id: number): string {
    return join(this.#folder, `${id}.git`);
  }

  /** Makes an empty repository. */
  async create(id: number, defaultBranch: string): Promise<string> {
    const folder = this.folder(id);
    await git(
      [
        ...['init', '--quiet', '--bare', '--template='],
        `--initial-branch=${defaultBranch}`,
      ],
      { folder },
    );
    // In one go: a program for each of them would be most of a start.
    appendFileSync(join(folder, 'config'), settings);
    return folder;
  }

  /** A commit, which never changes and is asked for again and again: of every run in a list. */
  async commit(id: number, sha: string): Promise<Commit> {
    const key = `${id} ${sha}`;
    const known = this.#commits.get(key);
    if (known) return known;
    const commit = await new RepositoryReader(this.folder(id)).commit(sha);
    if (this.#commits.size >= rememberedCommits) this.#commits.clear();
    this.#commits.set(key, commit);
    return commit;
  }

  remove(id: number): void {
    rmSync(this.folder(id), { recursive: true, force: true });
  }

  clear(): void {
    this.#commits.clear();
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }
}

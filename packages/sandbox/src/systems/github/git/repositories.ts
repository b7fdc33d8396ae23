import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './git';

/** The folders of all bare repositories, named by their ids so that a new name moves nothing. */
export class BareRepositories {
  readonly #folder: string;
  readonly #hooks: string;

  /** @param hooks - folder of the hooks that all of them share */
  constructor(folder: string, hooks: string) {
    this.#folder = folder;
    this.#hooks = hooks;
    mkdirSync(folder, { recursive: true });
  }

  folder(id: number): string {
    return join(this.#folder, `${id}.git`);
  }

  /** Makes an empty repository, or leaves one as it is. */
  async create(id: number, defaultBranch: string): Promise<string> {
    const folder = this.folder(id);
    await git(
      ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`],
      { folder },
    );
    await this.configure(folder);
    return folder;
  }

  /** Settings that make it behave as GitHub does; also for a repository that something else has written. */
  async configure(folder: string): Promise<void> {
    const settings = {
      'core.hooksPath': this.#hooks,
      'http.receivepack': 'true',
      'uploadpack.allowAnySHA1InWant': 'true',
      'uploadpack.allowFilter': 'true',
      'uploadpack.hideRefs': 'refs/pull/internal',
      'gc.auto': '0',
      'receive.autogc': 'false',
    };
    for (const [name, value] of Object.entries(settings))
      await git(['config', name, value], { folder });
  }

  remove(id: number): void {
    rmSync(this.folder(id), { recursive: true, force: true });
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }
}

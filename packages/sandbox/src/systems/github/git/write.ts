import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitText } from './git';
import { noCommit, type Signature } from './read';

/** A path of a tree that is made: an object that is there, or nothing to take the path away. */
export interface NewEntry {
  path: string;
  mode: string;
  sha: string | null;
}

/** Writes objects into a bare repository; refs are moved elsewhere, where it is asked who may. */
export class RepositoryWriter {
  constructor(readonly folder: string) {}

  async blob(content: Buffer): Promise<string> {
    return gitText(['hash-object', '-w', '--stdin'], {
      folder: this.folder,
      input: content,
    });
  }

  /**
   * Makes a tree of another (or of nothing) and changes to it.
   *
   * @throws GitFailure for objects that are not there
   */
  async tree(base: string | undefined, entries: NewEntry[]): Promise<string> {
    const index = join(this.folder, `nante-index-${randomUUID()}`);
    const options = { folder: this.folder, env: { GIT_INDEX_FILE: index } };
    try {
      if (base) await git(['read-tree', base], options);
      for (const { path, mode, sha } of entries)
        if (mode === '040000' && sha) {
          await git(
            ['read-tree', `--prefix=${path.replace(/\/+$/, '')}/`, sha],
            options,
          );
        }
      const lines = entries
        .filter(({ mode, sha }) => mode !== '040000' || sha === null)
        .map(({ path, mode, sha }) =>
          sha === null
            ? `0 ${noCommit}\t${path}\0`
            : `${mode} ${sha}\t${path}\0`,
        );
      await git(['update-index', '-z', '--index-info'], {
        ...options,
        input: lines.join(''),
      });
      return await gitText(['write-tree'], options);
    } finally {
      rmSync(index, { force: true });
    }
  }

  async commit(commit: {
    tree: string;
    parents: string[];
    message: string;
    author: Signature;
    committer: Signature;
  }): Promise<string> {
    const { author, committer } = commit;
    const parents = commit.parents.flatMap(parent => ['-p', parent]);
    return gitText(['commit-tree', commit.tree, ...parents, '-F', '-'], {
      folder: this.folder,
      input: commit.message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: author.date,
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
        GIT_COMMITTER_DATE: committer.date,
      },
    });
  }

  /** An annotated tag's object; the ref is another matter. */
  async tag(tag: {
    name: string;
    object: string;
    type: string;
    message: string;
    tagger: Signature;
  }): Promise<string> {
    const seconds = Math.floor(Date.parse(tag.tagger.date) / 1000);
    const lines = [
      `object ${tag.object}`,
      `type ${tag.type}`,
      `tag ${tag.name}`,
      `tagger ${tag.tagger.name} <${tag.tagger.email}> ${seconds} +0000`,
      '',
      `${tag.message}\n`,
    ];
    return gitText(['mktag', '--no-strict'], {
      folder: this.folder,
      input: lines.join('\n'),
    });
  }

  /**
   * The tree of two commits merged; nothing is written but objects.
   *
   * @returns undefined where they conflict
   */
  async mergedTree(ours: string, theirs: string): Promise<string | undefined> {
    const text = await gitText(
      ['merge-tree', '--write-tree', '--no-messages', ours, theirs],
      { folder: this.folder },
    ).catch(() => undefined);
    return text?.split('\n')[0];
  }

  /**
   * Moves a ref, makes it (`before` is `noCommit`) or takes it away (`after` is).
   *
   * @throws GitFailure when it moved meanwhile
   */
  async ref(ref: string, before: string, after: string): Promise<void> {
    const options = { folder: this.folder };
    if (after === noCommit)
      await git(['update-ref', '-d', ref, before], options);
    else await git(['update-ref', ref, after, before], options);
  }

  async setHead(branch: string): Promise<void> {
    await git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], {
      folder: this.folder,
    });
  }
}

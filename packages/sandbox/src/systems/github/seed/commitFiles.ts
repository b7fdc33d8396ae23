import { noCommit } from '../git/read';
import { RepositoryWriter } from '../git/write';

/** A commit that the seed makes; the same text gives the same commit at every start. */
export interface SeedCommit {
  message: string;
  /** ISO. */
  date: string;
  /** By path; null takes a file away. */
  files: Record<string, string | null>;
}

const author = { name: 'Dana (developer)', email: 'dana@example.test' };

/**
 * Puts commits on a branch that is not there yet.
 *
 * @returns their shas, oldest first
 */
export async function commitFiles(
  folder: string,
  branch: string,
  commits: readonly SeedCommit[],
): Promise<string[]> {
  const writer = new RepositoryWriter(folder);
  const made: string[] = [];
  let tree: string | undefined;
  for (const { message, date, files } of commits) {
    const entries = [];
    for (const [path, text] of Object.entries(files)) {
      const sha = text === null ? null : await writer.blob(Buffer.from(text));
      const mode = path.endsWith('.sh') ? '100755' : '100644';
      entries.push({ path, mode, sha });
    }
    tree = await writer.tree(tree, entries);
    const who = { ...author, date };
    made.push(
      await writer.commit({
        ...{ tree, message, author: who, committer: who },
        parents: made.slice(-1),
      }),
    );
  }
  await writer.ref(`refs/heads/${branch}`, noCommit, made.at(-1) ?? noCommit);
  return made;
}

import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { pathOf } from './repositories';
import type { NewFile, RepositoryName } from './types';

/** An entry of a tree as GitHub takes it. */
export interface TreeEntry {
  path: string;
  mode: '100644' | '100755';
  type: 'blob';
  sha?: string | null;
  content?: string;
}

/** Bytes of a text, and of all texts together, that go in with the tree itself: a request for each file would meet GitHub's secondary limit. */
const inlineBytes = 128_000;
const allInlineBytes = 4_000_000;
/** Blobs on their way at the same time. */
const atOnce = 4;

const blobSchema = z.object({ sha: z.string() });

/** Entries of a tree for files: small texts as they are, everything else sent before as blobs. */
export async function toTree(
  connection: GithubConnection,
  { owner, name: repo }: RepositoryName,
  files: readonly NewFile[],
  options?: CallOptions,
): Promise<TreeEntry[]> {
  let room = allInlineBytes;
  const entries: TreeEntry[] = [];
  const blobs: { entry: TreeEntry; content: Buffer }[] = [];
  for (const { path, content, isExecutable } of files) {
    const mode = isExecutable ? '100755' : '100644';
    const entry: TreeEntry = { path, mode, type: 'blob' };
    entries.push(entry);
    if (content === null) entry.sha = null;
    else if (content.length <= Math.min(room, inlineBytes) && isText(content)) {
      room -= content.length;
      entry.content = content.toString('utf8');
    } else blobs.push({ entry, content });
  }
  const next = blobs.values();
  const work = async () => {
    for (const { entry, content } of next) {
      const { sha } = await connection.read(
        blobSchema,
        'blob',
        {
          what: `send ${entry.path} to ${pathOf({ owner, name: repo })}`,
          isRepeatable: true,
        },
        (rest, pass) =>
          rest.git.createBlob({
            ...{ owner, repo, content: content.toString('base64') },
            ...{ encoding: 'base64', ...pass },
          }),
        options,
      );
      entry.sha = sha;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return entries;
}

/** Whether bytes come back as they were when they are sent as text. */
function isText(content: Buffer): boolean {
  return (
    !content.includes(0) &&
    Buffer.from(content.toString('utf8')).equals(content)
  );
}

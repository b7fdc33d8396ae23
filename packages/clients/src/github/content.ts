import { NanteError } from '@nante/model';
import { z } from 'zod';
import { commitFiles } from './commitFiles';
import type { GithubConnection } from './connection';
import { unlessAbsent } from './failures';
import { readPages } from './pages';
import { newestCommit } from './newestCommit';
import { commitSchema, treeSchema } from './reading';
import { pathOf } from './repositories';
import { isStart } from './start';
import type { GithubApi, GithubFile } from './types';

const modes = ['100644', '100755', '120000'];
const fileSchema = z.object({
  type: z.literal('file'),
  content: z.string().nullish(),
  encoding: z.string().nullish(),
  sha: z.string(),
});
const blobSchema = z.object({ content: z.string(), encoding: z.string() });

type ContentCalls = Pick<
  GithubApi,
  'commit' | 'commits' | 'files' | 'fileText' | 'commitFiles'
>;

/** Calls about what is in a repository. */
export function contentCalls(connection: GithubConnection): ContentCalls {
  return {
    async commit(repository, ref, options) {
      const found = await newestCommit(connection, repository, ref, options);
      // A first commit that was cut off at its start has nothing of anybody.
      return found && isStart(found) ? undefined : found;
    },
    async commits(repository, ref, options = {}) {
      const { owner, name: repo } = repository;
      const found = await unlessAbsent(
        readPages(
          connection,
          {
            schema: z.array(commitSchema),
            noun: 'list of commits',
            asked: { what: `list the commits of ${pathOf(repository)}` },
            limit: options.limit ?? 100,
            call: (rest, pass) =>
              rest.repos.listCommits({ owner, repo, sha: ref, ...pass }),
          },
          options,
        ),
        409,
      );
      return found ?? [];
    },
    async files(repository, treeSha, options) {
      const { owner, name: repo } = repository;
      const found = await connection.read(
        treeSchema,
        'tree',
        { what: `list the files of ${pathOf(repository)}` },
        (rest, pass) =>
          rest.git.getTree({
            ...{ owner, repo, tree_sha: treeSha, recursive: '1' },
            ...pass,
          }),
        options,
      );
      if (found.truncated)
        throw new NanteError(
          'failed',
          `GitHub does not list all files of ${pathOf(repository)}: there are too many.`,
          { hint: 'Change this repository by hand.' },
        );
      return found.tree.flatMap(({ path, sha, mode, type }) =>
        type === 'blob' && modes.includes(mode)
          ? [{ path, sha, mode: mode as GithubFile['mode'] }]
          : [],
      );
    },
    async fileText(repository, path, options = {}) {
      const { owner, name: repo } = repository;
      const what = `read ${path} of ${pathOf(repository)}`;
      const answer = await unlessAbsent(
        connection.send(
          { what },
          (rest, pass) =>
            rest.repos.getContent({
              ...{ owner, repo, path },
              ...(options.ref && { ref: options.ref }),
              ...pass,
            }),
          options,
        ),
        404,
      );
      const file = fileSchema.safeParse(answer?.data).data;
      if (!file) return undefined;
      if (file.encoding === 'base64') return decoded(file.content ?? '');
      // Above one megabyte the answer has no content.
      const blob = await connection.read(
        blobSchema,
        'file',
        { what },
        (rest, pass) =>
          rest.git.getBlob({ owner, repo, file_sha: file.sha, ...pass }),
        options,
      );
      return decoded(blob.content);
    },
    commitFiles: (repository, commit, options) =>
      commitFiles(connection, repository, commit, options),
  };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

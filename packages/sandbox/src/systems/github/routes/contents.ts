import { Readable } from 'node:stream';
import { z } from 'zod';
import { gitCommit } from '../answers/commits';
import { repositoryApi, repositoryPage } from '../answers/repository';
import { GithubError, notFound, unprocessable } from '../errors';
import { startGit } from '../git/git';
import { noCommit, type TreeEntry } from '../git/read';
import { input } from '../input';
import type { Repository } from '../model';
import type { Call, Route } from '../router';
import type { Github } from '../server';
import {
  commitOf,
  moveRef,
  reader,
  refuseEmpty,
  signature,
  writer,
} from './shared';

/** GitHub sends the content of larger files as raw bytes only. */
const largestInline = 1024 * 1024;

const person = z
  .object({ name: z.string(), email: z.string(), date: z.string().optional() })
  .partial()
  .optional();

const putSchema = z.looseObject({
  message: z.string(),
  content: z.string(),
  sha: z.string().nullish(),
  branch: z.string().optional(),
  author: person,
  committer: person,
});

const deleteSchema = z.looseObject({
  message: z.string(),
  sha: z.string(),
  branch: z.string().optional(),
});

function links(call: Call, entry: TreeEntry, ref: string) {
  const { github, repository } = call;
  const api = repositoryApi(github, repository);
  const page = repositoryPage(github, repository);
  const path = encodeURI(entry.path);
  const isFile = entry.type === 'blob';
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  const html = `${page}/${isFile ? 'blob' : 'tree'}/${ref}/${path}`;
  return {
    url,
    git_url: git,
    html_url: html,
    download_url: isFile ? `${page}/raw/${ref}/${path}` : null,
    _links: { self: url, git, html },
  };
}

/** A file or folder as it stands in a list. */
function listed(call: Call, entry: TreeEntry, ref: string) {
  const types = { blob: 'file', tree: 'dir', commit: 'file' } as const;
  return {
    type: types[entry.type],
    size: entry.size ?? 0,
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    ...links(call, entry, ref),
  };
}

async function file(call: Call, entry: TreeEntry, ref: string) {
  const content = (await reader(call).blob(entry.sha)) ?? Buffer.alloc(0);
  const isLarge = content.length > largestInline;
  return {
    ...listed(call, entry, ref),
    type: 'file' as const,
    encoding: isLarge ? 'none' : 'base64',
    // In lines, as the vendor breaks them.
    content: isLarge
      ? ''
      : content.toString('base64').replace(/(.{60})/g, '$1\n'),
  };
}

function wantsRaw({ request }: Call): boolean {
  return /application\/vnd\.github(\.v3)?\.raw/.test(
    request.headers.get('accept') ?? '',
  );
}

async function show(call: Call, path: string): Promise<unknown> {
  const { repository, query } = call;
  const [any] = await reader(call).refs('refs/heads');
  if (!any) throw new GithubError(404, 'This repository is empty.');
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await reader(call).resolve(ref);
  if (!commit) throw new GithubError(404, `No commit found for the ref ${ref}`);
  const entry = await reader(call).entry(commit, path);
  if (!entry) throw notFound();
  if (entry.type === 'tree') {
    const below = await reader(call).tree(commit, {
      path: path === '' ? '.' : `:(literal)${path}/`,
    });
    return (below ?? []).map(one => listed(call, one, ref));
  }
  if (wantsRaw(call)) {
    const content = (await reader(call).blob(entry.sha)) ?? Buffer.alloc(0);
    return new Response(new Uint8Array(content), {
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
    });
  }
  return file(call, entry, ref);
}

/** One commit that puts a file, or takes it away. */
async function change(
  call: Call,
  path: string,
  options: {
    branch: string;
    message: string;
    /** Of the file that is changed; undefined for one that must not be there yet. */
    sha?: string;
    content: Buffer | null;
    author?: z.output<typeof person>;
    committer?: z.output<typeof person>;
  },
) {
  const { github, repository } = call;
  const { branch, sha, content } = options;
  const read = reader(call);
  const ref = `refs/heads/${branch}`;
  const before = (await read.ref(ref))?.sha;
  if (!before && (await read.refs('refs/heads')).length > 0)
    throw new GithubError(404, `Branch ${branch} not found`);
  const known = before ? await read.entry(before, path) : undefined;
  if (known && !sha)
    throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (known?.sha !== sha)
    throw known
      ? new GithubError(409, `${path} does not match ${sha}`)
      : notFound();
  const write = writer(call);
  const blob = content && (await write.blob(content));
  const mode = known?.mode ?? '100644';
  const tree = await write.tree(before, [{ path, mode, sha: blob }]);
  const author = signature(call, options.author ?? options.committer);
  const made = await write.commit({
    tree,
    parents: before ? [before] : [],
    message: options.message,
    author,
    committer: options.committer ? signature(call, options.committer) : author,
  });
  await moveRef(call, { ref, before: before ?? noCommit, after: made }, 409);
  const entry = blob ? await reader(call).entry(made, path) : undefined;
  return {
    isNew: !known,
    answer: {
      content: entry ? listed(call, entry, branch) : null,
      commit: gitCommit(github, repository, await reader(call).commit(made)),
    },
  };
}

/** Where an archive can be had for a moment: whoever has the address needs no token. */
async function archive(call: Call, ref: string, kind: 'tar.gz' | 'zip') {
  const { github, repository } = call;
  await refuseEmpty(call);
  const sha = await commitOf(call, ref || repository.defaultBranch);
  const location = github.shortLived.make(
    `${repository.owner}-${repository.name}.${kind}`,
    () => sendArchive(github, repository, sha, kind),
  );
  return new Response(null, { status: 302, headers: { location } });
}

function sendArchive(
  { git }: Github,
  { id, owner, name }: Repository,
  sha: string,
  kind: 'tar.gz' | 'zip',
): Response {
  const child = startGit(
    [
      'archive',
      `--format=${kind}`,
      `--prefix=${owner}-${name}-${sha.slice(0, 7)}/`,
      sha,
    ],
    { folder: git.folder(id) },
  );
  child.stdin.end();
  child.stderr.resume();
  return new Response(
    Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
    {
      headers: {
        'content-type':
          kind === 'zip' ? 'application/zip' : 'application/x-gzip',
        'transfer-encoding': 'chunked',
      },
    },
  );
}

export const contentRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/contents/{path}',
    answer: call => show(call, call.params.path.replace(/\/+$/, '')),
  },
  {
    call: 'PUT /repos/{owner}/{repo}/contents/{path}',
    needs: 'write',
    async answer(call) {
      const asked = input(putSchema, call.body);
      const { isNew, answer } = await change(call, call.params.path, {
        ...asked,
        branch: asked.branch ?? call.repository.defaultBranch,
        sha: asked.sha ?? undefined,
        content: Buffer.from(asked.content, 'base64'),
      });
      return Response.json(answer, { status: isNew ? 201 : 200 });
    },
  },
  {
    call: 'DELETE /repos/{owner}/{repo}/contents/{path}',
    needs: 'write',
    async answer(call) {
      // By the query too, because not every client sends a body with it.
      const asked = input(deleteSchema, {
        ...Object.fromEntries(call.query),
        ...call.body,
      });
      const { answer } = await change(call, call.params.path, {
        ...asked,
        branch: asked.branch ?? call.repository.defaultBranch,
        content: null,
      });
      return answer;
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/readme',
    async answer(call) {
      const { repository, query } = call;
      const ref = query.get('ref') ?? repository.defaultBranch;
      const commit = await reader(call).resolve(ref);
      const entries = commit ? await reader(call).tree(commit) : [];
      const found = entries?.find(({ path }) => /^readme(\.|$)/i.test(path));
      if (!found) throw notFound();
      return show(call, found.path);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/tarball/{ref}',
    answer: call => archive(call, call.params.ref, 'tar.gz'),
  },
  {
    call: 'GET /repos/{owner}/{repo}/zipball/{ref}',
    answer: call => archive(call, call.params.ref, 'zip'),
  },
];

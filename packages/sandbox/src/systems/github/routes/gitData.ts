import { z } from 'zod';
import { nodeId } from '../answers/basics';
import { gitCommit } from '../answers/commits';
import { repositoryApi } from '../answers/repository';
import { GithubError, notFound, unprocessable } from '../errors';
import { noCommit, type Ref } from '../git/read';
import { input } from '../input';
import type { Call, Route } from '../router';
import {
  commitOf,
  moveRef,
  reader,
  refuseEmpty,
  signature,
  writer,
} from './shared';

const sha = z.string().regex(/^[0-9a-f]{40}$/, 'must be a full sha');
const person = z
  .object({ name: z.string(), email: z.string(), date: z.string().optional() })
  .optional();

const blobSchema = z.object({
  content: z.string(),
  encoding: z.enum(['utf-8', 'base64']).default('utf-8'),
});

const treeSchema = z.object({
  base_tree: z.string().nullish(),
  tree: z.array(
    z.object({
      path: z.string().min(1),
      mode: z.enum(['100644', '100755', '040000', '160000', '120000']),
      type: z.string().optional(),
      sha: sha.nullish(),
      content: z.string().optional(),
    }),
  ),
});

const commitSchema = z.object({
  message: z.string(),
  tree: sha,
  parents: z.array(sha).default([]),
  author: person,
  committer: person,
});

const tagSchema = z.object({
  tag: z.string(),
  message: z.string(),
  object: sha,
  type: z.enum(['commit', 'tree', 'blob']),
  tagger: person,
});

function reference(call: Call, { ref, sha: object, type }: Ref) {
  const { github, repository } = call;
  const api = repositoryApi(github, repository);
  return {
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${api}/git/${ref}`,
    object: { type, sha: object, url: `${api}/git/${type}s/${object}` },
  };
}

async function refOf(call: Call): Promise<Ref> {
  const found = await reader(call).ref(`refs/${call.params.ref}`);
  if (!found) {
    await refuseEmpty(call);
    throw notFound();
  }
  return found;
}

async function tree(call: Call, id: string, isRecursive: boolean) {
  const { github, repository } = call;
  const api = repositoryApi(github, repository);
  const entries = await reader(call).tree(id, { isRecursive });
  if (!entries) throw notFound();
  return {
    sha: id,
    url: `${api}/git/trees/${id}`,
    tree: entries.map(({ path, mode, type, sha: object, size }) => ({
      ...{ path, mode, type, sha: object },
      ...(size === undefined ? {} : { size }),
      url: `${api}/git/${type === 'blob' ? 'blobs' : 'trees'}/${object}`,
    })),
    truncated: false,
  };
}

/** What a name of a tree means: its own sha, or that of a commit's tree. */
async function treeSha(call: Call, name: string): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(name) && (await reader(call).tree(name))) {
    const commit = await reader(call).resolve(name);
    return commit ? (await reader(call).commit(commit)).tree : name;
  }
  const commit = await commitOf(call, name);
  return (await reader(call).commit(commit)).tree;
}

export const gitDataRoutes: Route[] = [
  {
    call: 'POST /repos/{owner}/{repo}/git/blobs',
    needs: 'write',
    status: 201,
    async answer(call) {
      const { github, repository } = call;
      const { content, encoding } = input(blobSchema, call.body);
      await refuseEmpty(call);
      const made = await writer(call).blob(
        Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'),
      );
      const api = repositoryApi(github, repository);
      return { sha: made, url: `${api}/git/blobs/${made}` };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    async answer(call) {
      const { github, repository, params } = call;
      const id = params.file_sha;
      const content = await reader(call).blob(id);
      if (!content) throw notFound();
      return {
        sha: id,
        node_id: nodeId('Blob', id),
        size: content.length,
        url: `${repositoryApi(github, repository)}/git/blobs/${id}`,
        content: content.toString('base64').replace(/(.{60})/g, '$1\n'),
        encoding: 'base64',
      };
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/git/trees',
    needs: 'write',
    status: 201,
    async answer(call) {
      const asked = input(treeSchema, call.body);
      await refuseEmpty(call);
      const base = asked.base_tree
        ? await treeSha(call, asked.base_tree).catch(() => {
            throw unprocessable('base_tree is not a tree or commit.');
          })
        : undefined;
      const write = writer(call);
      const entries = [];
      for (const { path, mode, sha: given, content } of asked.tree) {
        if (given === undefined && content === undefined)
          throw unprocessable(`tree.sha or tree.content is missing: ${path}`);
        if (/^\/|(^|\/)\.{0,2}(\/|$)|(^|\/)\.git(\/|$)/.test(path))
          throw unprocessable(`tree.path contains a malformed path component`);
        const blob =
          content === undefined
            ? (given ?? null)
            : await write.blob(Buffer.from(content));
        entries.push({ path, mode, sha: blob });
      }
      const made = await write.tree(base, entries);
      return tree(call, made, false);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    async answer(call) {
      await refuseEmpty(call);
      const id = await treeSha(call, call.params.tree_sha);
      return tree(call, id, call.query.has('recursive'));
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/git/commits',
    needs: 'write',
    status: 201,
    async answer(call) {
      const { github, repository } = call;
      const asked = input(commitSchema, call.body);
      await refuseEmpty(call);
      const author = signature(call, asked.author);
      const made = await writer(call).commit({
        ...{ tree: asked.tree, parents: asked.parents, author },
        message: asked.message,
        committer: asked.committer
          ? signature(call, asked.committer)
          : signature(call, asked.author),
      });
      return gitCommit(github, repository, await reader(call).commit(made));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
    async answer(call) {
      const { github, repository, params } = call;
      const id = await commitOf(call, params.commit_sha);
      return gitCommit(github, repository, await reader(call).commit(id));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    answer: async call => reference(call, await refOf(call)),
  },
  {
    call: 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
    async answer(call) {
      const wanted = `refs/${call.params.ref}`;
      const all = await reader(call).refs('refs');
      return call
        .page(all.filter(({ ref }) => ref.startsWith(wanted)))
        .map(one => reference(call, one));
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/git/refs',
    needs: 'write',
    status: 201,
    async answer(call) {
      const asked = input(z.object({ ref: z.string(), sha }), call.body);
      if (!/^refs\/[^/]+\/./.test(asked.ref))
        throw unprocessable(
          "Reference name must start with 'refs/' and have at least two slashes.",
        );
      await refuseEmpty(call);
      if (await reader(call).ref(asked.ref))
        throw unprocessable('Reference already exists');
      if (!(await reader(call).resolve(asked.sha)))
        throw unprocessable('Object does not exist');
      await moveRef(call, {
        ...{ ref: asked.ref, before: noCommit, after: asked.sha },
      });
      const made = await reader(call).ref(asked.ref);
      if (!made) throw new GithubError(409, 'Reference update failed');
      return reference(call, made);
    },
  },
  {
    call: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
    needs: 'write',
    async answer(call) {
      const asked = input(
        z.object({ sha, force: z.boolean().default(false) }),
        call.body,
      );
      const known = await reader(call).ref(`refs/${call.params.ref}`);
      if (!known) throw unprocessable('Reference does not exist');
      const { ref, sha: before } = known;
      if (!(await reader(call).resolve(asked.sha)))
        throw unprocessable('Object does not exist');
      const isForward = await reader(call).isAncestor(before, asked.sha);
      if (!isForward && !asked.force)
        throw unprocessable('Update is not a fast forward');
      await moveRef(call, { ref, before, after: asked.sha });
      return reference(call, { ...known, sha: asked.sha });
    },
  },
  {
    call: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
    needs: 'write',
    async answer(call) {
      const known = await reader(call).ref(`refs/${call.params.ref}`);
      if (!known) throw unprocessable('Reference does not exist');
      const { ref, sha: before } = known;
      if (ref === `refs/heads/${call.repository.defaultBranch}`)
        throw unprocessable('Cannot delete the default branch');
      await moveRef(call, { ref, before, after: noCommit });
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/git/tags',
    needs: 'write',
    status: 201,
    async answer(call) {
      const asked = input(tagSchema, call.body);
      const tagger = signature(call, asked.tagger);
      const made = await writer(call).tag({
        ...{ name: asked.tag, object: asked.object, type: asked.type },
        ...{ message: asked.message, tagger },
      });
      const { github, repository } = call;
      const api = repositoryApi(github, repository);
      return {
        node_id: nodeId('Tag', made),
        tag: asked.tag,
        sha: made,
        url: `${api}/git/tags/${made}`,
        message: asked.message,
        tagger,
        object: {
          type: asked.type,
          sha: asked.object,
          url: `${api}/git/${asked.type}s/${asked.object}`,
        },
      };
    },
  },
];

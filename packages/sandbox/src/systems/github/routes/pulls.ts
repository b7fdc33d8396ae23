import { z } from 'zod';
import { permissionOf } from '../access';
import { commit, diffEntry } from '../answers/commits';
import { pullRequest, pullSimple } from '../answers/pulls';
import { GithubError, notFound, unprocessable } from '../errors';
import { RepositoryReader } from '../git/read';
import { input } from '../input';
import type { Pull, Repository } from '../model';
import { blockers, pullContents, pullFacts } from '../pullFacts';
import { pullChanged } from '../pulls';
import type { Call, Route } from '../router';
import { moveRef, reader, signature, writer } from './shared';

const newSchema = z.object({
  title: z.string().min(1),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().default(false),
});

const changeSchema = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
});

const mergeSchema = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
});

function pullOf({ github, repository, params }: Call): Pull {
  const found = github.state.find(
    'pulls',
    one =>
      one.repository === repository.id &&
      one.number === Number(params.pull_number),
  );
  if (!found) throw notFound();
  return found;
}

async function detailed(call: Call, pull: Pull) {
  const { github, repository } = call;
  const facts = await pullFacts(github, repository, pull);
  return pullRequest(github, repository, pull, facts);
}

/** `branch`, `owner:branch`: where the commits come from. */
function headOf(call: Call, head: string): { from: Repository; ref: string } {
  const { github, repository, by } = call;
  const [owner, ref] = head.includes(':')
    ? [head.slice(0, head.indexOf(':')), head.slice(head.indexOf(':') + 1)]
    : [repository.owner, head];
  if (owner === repository.owner) return { from: repository, ref };
  const fork = github.state.find(
    'repositories',
    one => one.owner === owner && one.forkOf === repository.id,
  );
  if (!fork || permissionOf(github.state, by, fork) === 'none')
    throw invalid('head');
  return { from: fork, ref };
}

function invalid(field: string) {
  return unprocessable('Validation Failed', {
    resource: 'PullRequest',
    field,
    code: 'invalid',
  });
}

async function open(call: Call) {
  const { github, repository, by } = call;
  const asked = input(newSchema, call.body);
  const { from, ref } = headOf(call, asked.head);
  const base = await reader(call).ref(`refs/heads/${asked.base}`);
  const head = await new RepositoryReader(github.git.folder(from.id)).ref(
    `refs/heads/${ref}`,
  );
  if (!base) throw invalid('base');
  if (!head) throw invalid('head');
  const why = (message: string) =>
    unprocessable('Validation Failed', {
      ...{ resource: 'PullRequest', code: 'custom', message },
    });
  if (base.sha === head.sha)
    throw why(`No commits between ${asked.base} and ${asked.head}`);
  const same = github.state.find(
    'pulls',
    one =>
      one.repository === repository.id &&
      one.state === 'open' &&
      one.head.repository === from.id &&
      one.head.ref === ref &&
      one.base.ref === asked.base,
  );
  if (same)
    throw why(`A pull request already exists for ${from.owner}:${ref}.`);
  const at = new Date().toISOString();
  const made = github.state.insert('pulls', {
    repository: repository.id,
    number: github.state.next(`issues of repository ${repository.id}`),
    title: asked.title,
    body: asked.body ?? '',
    state: 'open',
    isDraft: asked.draft,
    user: by.login,
    head: { repository: from.id, ref, sha: head.sha },
    base: { ref: asked.base, sha: base.sha },
    createdAt: at,
    updatedAt: at,
  });
  const pull = await pullChanged(github, repository, by, made, 'opened');
  return detailed(call, pull);
}

async function merge(call: Call) {
  const { github, repository, by } = call;
  const pull = pullOf(call);
  const asked = input(mergeSchema, call.body);
  const refused = (message: string) => new GithubError(405, message);
  if (pull.state === 'closed') throw refused('Pull Request is not mergeable');
  if (asked.sha && asked.sha !== pull.head.sha)
    throw new GithubError(
      409,
      'Head branch was modified. Review and try the merge again.',
    );
  const isAdmin = permissionOf(github.state, by, repository) === 'admin';
  const protection = github.state.find(
    'protections',
    one => one.repository === repository.id && one.branch === pull.base.ref,
  );
  const missing = blockers(github, repository, pull);
  if (missing.length > 0 && (!isAdmin || protection?.enforceAdmins))
    throw refused(missing.join(' '));
  const base = await reader(call).ref(`refs/heads/${pull.base.ref}`);
  const tree = base && (await writer(call).mergedTree(base.sha, pull.head.sha));
  if (!base || !tree) throw refused('Pull Request is not mergeable');
  const isMerge = asked.merge_method === 'merge';
  const author = signature(call);
  const title = isMerge
    ? `Merge pull request #${pull.number} from ${repository.owner}/${pull.head.ref}`
    : `${pull.title} (#${pull.number})`;
  const sha = await writer(call).commit({
    tree,
    parents: isMerge ? [base.sha, pull.head.sha] : [base.sha],
    message: `${asked.commit_title ?? title}\n\n${asked.commit_message ?? pull.title}`,
    author,
    committer: author,
  });
  const at = new Date().toISOString();
  // Closed first: the branch that moves must not find it open.
  github.state.update('pulls', pull.id, {
    ...{ state: 'closed', closedAt: at, mergedAt: at, updatedAt: at },
    ...{ mergedBy: by.login, mergeSha: sha },
    base: { ref: pull.base.ref, sha: base.sha },
  });
  try {
    await moveRef(
      { ...call, by: { ...by, scopes: [...by.scopes, 'workflow'] } },
      { ref: base.ref, before: base.sha, after: sha },
      409,
    );
  } catch (error) {
    github.state.update('pulls', pull.id, {
      ...{ state: 'open', closedAt: undefined, mergedAt: undefined },
      ...{ mergedBy: undefined, mergeSha: pull.mergeSha },
    });
    throw error;
  }
  await pullChanged(github, repository, by, pullOf(call), 'closed');
  return { sha, merged: true, message: 'Pull Request successfully merged' };
}

export const pullRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/pulls',
    answer({ github, repository, query, page }) {
      const state = query.get('state') ?? 'open';
      const head = query.get('head');
      const base = query.get('base');
      const found = github.state.filter('pulls', one => {
        const from = github.state.get('repositories', one.head.repository);
        return (
          one.repository === repository.id &&
          (state === 'all' || one.state === state) &&
          (!head || `${from?.owner}:${one.head.ref}` === head) &&
          (!base || one.base.ref === base)
        );
      });
      const isOldest =
        query.get('direction') === 'asc' && query.get('sort') !== null;
      return page(isOldest ? found : found.reverse()).map(one =>
        pullSimple(github, repository, one),
      );
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/pulls',
    needs: 'read',
    status: 201,
    answer: open,
  },
  {
    call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    answer: call => detailed(call, pullOf(call)),
  },
  {
    call: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
    needs: 'write',
    async answer(call) {
      const { github, repository, by } = call;
      const pull = pullOf(call);
      const asked = input(changeSchema, call.body);
      if (asked.state === 'open' && pull.mergedAt) throw invalid('state');
      const at = new Date().toISOString();
      const changed = github.state.update('pulls', pull.id, {
        title: asked.title ?? pull.title,
        body: asked.body === undefined ? pull.body : (asked.body ?? ''),
        state: asked.state ?? pull.state,
        closedAt: asked.state === 'closed' ? at : undefined,
        updatedAt: at,
      });
      if (asked.state && asked.state !== pull.state) {
        const action = asked.state === 'open' ? 'reopened' : 'closed';
        await pullChanged(github, repository, by, changed, action);
      }
      return detailed(call, pullOf(call));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    async answer(call) {
      const { github, repository, page } = call;
      const pull = pullOf(call);
      const { changes } = await pullContents(github, repository, pull);
      return page(changes).map(one =>
        diffEntry(github, repository, pull.head.sha, one),
      );
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
    async answer(call) {
      const { github, repository, page } = call;
      const pull = pullOf(call);
      const { from } = await pullContents(github, repository, pull);
      const commits = await reader(call).log(`${from}..${pull.head.sha}`, {
        limit: 250,
      });
      return page(commits.reverse()).map(one =>
        commit(github, repository, one),
      );
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/merge',
    answer(call) {
      if (!pullOf(call).mergedAt) throw notFound();
    },
  },
  {
    call: 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
    needs: 'write',
    answer: merge,
  },
];

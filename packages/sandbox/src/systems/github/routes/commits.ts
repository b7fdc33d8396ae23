import { z } from 'zod';
import { checkRun } from '../answers/actions';
import { nodeId, simpleUser, time } from '../answers/basics';
import { commit, diffEntry, stats } from '../answers/commits';
import {
  minimalRepository,
  repositoryApi,
  repositoryPage,
} from '../answers/repository';
import { jobsOfCommit } from '../checks';
import { notFound, unprocessable } from '../errors';
import { noCommit } from '../git/read';
import { input } from '../input';
import type { CommitStatus } from '../model';
import type { Call, Route } from '../router';
import { commitOf, reader, refuseEmpty } from './shared';

/** So far a list of commits is read; GitHub's own has no end. */
const longestHistory = 2000;

const statusSchema = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().default('default'),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

function status(call: Call, document: CommitStatus) {
  const { github, repository } = call;
  return {
    url: `${repositoryApi(github, repository)}/statuses/${document.sha}`,
    avatar_url: `${github.url}/avatars/0`,
    id: document.id,
    node_id: nodeId('Status', document.id),
    state: document.state,
    description: document.description,
    target_url: document.targetUrl,
    context: document.context,
    created_at: time(document.createdAt),
    updated_at: time(document.createdAt),
  };
}

const statusesOf = ({ github, repository }: Call, sha: string) =>
  github.state
    .filter(
      'statuses',
      one => one.repository === repository.id && one.sha === sha,
    )
    .reverse();

/** The newest of each context. */
function newest(statuses: CommitStatus[]): CommitStatus[] {
  const seen = new Set<string>();
  return statuses.filter(
    ({ context }) => !seen.has(context) && seen.add(context),
  );
}

export const commitRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/commits',
    async answer(call) {
      const { github, repository, query } = call;
      await refuseEmpty(call);
      const sha = await commitOf(
        call,
        query.get('sha') ?? repository.defaultBranch,
      );
      const path = query.get('path') ?? undefined;
      const found = await reader(call).log(sha, {
        limit: longestHistory,
        ...(path ? { path: `:(literal)${path}` } : {}),
      });
      const since = query.get('since');
      const until = query.get('until');
      const fitting = found.filter(
        ({ committer: { date } }) =>
          (!since || Date.parse(date) >= Date.parse(since)) &&
          (!until || Date.parse(date) <= Date.parse(until)),
      );
      return call.page(fitting).map(one => commit(github, repository, one));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/commits/{ref}',
    async answer(call) {
      const { github, repository, params, request } = call;
      await refuseEmpty(call);
      const sha = await reader(call).resolve(params.ref);
      if (!sha) throw unprocessable(`No commit found for SHA: ${params.ref}`);
      if (/[.]sha\b/.test(request.headers.get('accept') ?? ''))
        return new Response(sha, {
          headers: { 'content-type': 'application/vnd.github.sha' },
        });
      const found = await reader(call).commit(sha);
      const changes = await reader(call).changes(
        found.parents[0] ?? noCommit,
        sha,
      );
      return {
        ...commit(github, repository, found),
        stats: stats(changes),
        files: changes.map(one => diffEntry(github, repository, sha, one)),
      };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    async answer(call) {
      const { github, repository, params } = call;
      const [base, head] = params.basehead.split('...');
      if (!base || !head) throw notFound();
      const from = await commitOf(call, base);
      const to = await commitOf(call, head.replace(/^[^:]+:/, ''));
      const read = reader(call);
      const merge = await read.mergeBase(from, to);
      if (!merge) throw notFound();
      const ahead = await read.log(`${merge}..${to}`, { limit: 250 });
      const behind = await read.count(`${to}..${from}`);
      const changes = await read.changes(merge, to);
      const api = repositoryApi(github, repository);
      const page = `${repositoryPage(github, repository)}/compare/${base}...${head}`;
      const word = ahead.length > 0 ? 'ahead' : 'identical';
      const apart = ahead.length > 0 ? 'diverged' : 'behind';
      return {
        url: `${api}/compare/${base}...${head}`,
        html_url: page,
        permalink_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        base_commit: commit(github, repository, await read.commit(from)),
        merge_base_commit: commit(github, repository, await read.commit(merge)),
        status: behind === 0 ? word : apart,
        ahead_by: await read.count(`${merge}..${to}`),
        behind_by: behind,
        total_commits: await read.count(`${merge}..${to}`),
        commits: ahead.reverse().map(one => commit(github, repository, one)),
        files: changes.map(one => diffEntry(github, repository, to, one)),
      };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/tags',
    async answer(call) {
      const { github, repository } = call;
      const api = repositoryApi(github, repository);
      const refs = await reader(call).refs('refs/tags');
      return call.page(refs.reverse()).map(({ ref, commit: sha }) => {
        const name = ref.replace('refs/tags/', '');
        return {
          name,
          zipball_url: `${api}/zipball/refs/tags/${name}`,
          tarball_url: `${api}/tarball/refs/tags/${name}`,
          commit: { sha, url: `${api}/commits/${sha}` },
          node_id: nodeId('Ref', `${repository.id}:${ref}`),
        };
      });
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    async answer(call) {
      const { github, repository, query } = call;
      const sha = await commitOf(call, call.params.ref);
      const name = query.get('check_name');
      const found = jobsOfCommit(github.state, repository.id, sha)
        .filter(({ job }) => !name || job.name === name)
        .reverse();
      return {
        total_count: found.length,
        check_runs: call
          .page(found)
          .map(({ run, job }) => checkRun(github, repository, run, job)),
      };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
    answer({ github, repository, params }) {
      const job = github.state.get('jobs', Number(params.check_run_id));
      const run = job && github.state.get('runs', job.run);
      if (!job || run?.repository !== repository.id) throw notFound();
      return checkRun(github, repository, run, job);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/commits/{ref}/status',
    async answer(call) {
      const { github, repository } = call;
      const sha = await commitOf(call, call.params.ref);
      const statuses = newest(statusesOf(call, sha));
      const states = new Set(statuses.map(one => one.state));
      const isBad = states.has('failure') || states.has('error');
      const isDone = statuses.length > 0 && !states.has('pending');
      const unlessBad = isDone ? 'success' : 'pending';
      const api = repositoryApi(github, repository);
      return {
        state: isBad ? 'failure' : unlessBad,
        statuses: statuses.map(one => status(call, one)),
        sha,
        total_count: statuses.length,
        repository: minimalRepository(github, repository),
        commit_url: `${api}/commits/${sha}`,
        url: `${api}/commits/${sha}/status`,
      };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/commits/{ref}/statuses',
    async answer(call) {
      const sha = await commitOf(call, call.params.ref);
      return call.page(statusesOf(call, sha)).map(one => ({
        ...status(call, one),
        creator: simpleUser(call.github, one.creator),
      }));
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/statuses/{sha}',
    needs: 'write',
    status: 201,
    async answer(call) {
      const { github, repository, params, by } = call;
      const asked = input(statusSchema, call.body);
      const sha = await reader(call).resolve(params.sha);
      if (!sha) throw unprocessable(`No commit found for SHA: ${params.sha}`);
      const made = github.state.insert('statuses', {
        ...{ repository: repository.id, sha, creator: by.login },
        context: asked.context,
        state: asked.state,
        description: asked.description ?? null,
        targetUrl: asked.target_url ?? null,
        createdAt: new Date().toISOString(),
      });
      return {
        ...status(call, made),
        creator: simpleUser(github, by.login),
      };
    },
  },
];

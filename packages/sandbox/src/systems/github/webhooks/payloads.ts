import * as answers from '../answers/actions';
import { organization, simpleUser } from '../answers/basics';
import { pullRequest, type PullFacts } from '../answers/pulls';
import { repository, repositoryPage } from '../answers/repository';
import type { RefUpdate } from '../git/hook';
import { noCommit, RepositoryReader, type Commit } from '../git/read';
import type { Hook, Pull, Repository } from '../model';
import type { RunChange } from '../runs';
import type { Github } from '../server';

type Payload = Record<string, unknown>;

/** What every payload says: where it happened, and who did it. */
export function context(
  github: Github,
  document: Repository,
  sender: string,
): Payload {
  const owner = github.state.find(
    'users',
    ({ login }) => login === document.owner,
  );
  return {
    repository: repository(github, document),
    sender: simpleUser(github, sender),
    ...(owner?.type === 'Organization'
      ? { organization: organization(github, owner) }
      : {}),
  };
}

/** Commits of one push that a payload shows at most. */
const shownCommits = 20;

export async function pushPayload(
  github: Github,
  document: Repository,
  sender: string,
  { ref, before, after }: RefUpdate,
): Promise<Payload> {
  const reader = new RepositoryReader(github.git.folder(document.id));
  const page = repositoryPage(github, document);
  const isGone = after === noCommit;
  const isNew = before === noCommit;
  const head = isGone ? undefined : await reader.commit(after);
  const user = github.state.find('users', ({ login }) => login === sender);
  const range = isNew ? after : `${before}..${after}`;
  const commits = isGone
    ? []
    : await reader.log(range, { limit: isNew ? 1 : shownCommits });
  const isForced =
    !isGone && !isNew && !(await reader.isAncestor(before, after));
  return {
    ref,
    before,
    after,
    base_ref: null,
    created: isNew,
    deleted: isGone,
    forced: isForced,
    compare: isNew
      ? `${page}/commit/${after.slice(0, 12)}`
      : `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: await Promise.all(
      commits.reverse().map(one => pushedCommit(github, document, one)),
    ),
    head_commit: head ? await pushedCommit(github, document, head) : null,
    pusher: { name: sender, email: user?.email ?? null },
    ...context(github, document, sender),
  };
}

async function pushedCommit(
  github: Github,
  document: Repository,
  { sha, tree, parents, message, author, committer }: Commit,
) {
  const reader = new RepositoryReader(github.git.folder(document.id));
  const changes = await reader.changes(parents[0] ?? noCommit, sha);
  const paths = (status: string) =>
    changes.filter(change => change.status === status).map(({ path }) => path);
  return {
    id: sha,
    tree_id: tree,
    distinct: true,
    message,
    timestamp: author.date,
    url: `${repositoryPage(github, document)}/commit/${sha}`,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
    added: paths('added'),
    removed: paths('removed'),
    modified: [...paths('modified'), ...paths('renamed')],
  };
}

export function pullPayload(
  github: Github,
  document: Repository,
  sender: string,
  action: string,
  pull: Pull,
  facts: PullFacts,
): Payload {
  return {
    action,
    number: pull.number,
    pull_request: pullRequest(github, document, pull, facts),
    ...context(github, document, sender),
  };
}

/** `workflow_run` or `workflow_job`. */
export async function runPayload(
  github: Github,
  document: Repository,
  change: RunChange,
): Promise<Payload> {
  const { action, run } = change;
  const about =
    change.of === 'job'
      ? { workflow_job: answers.job(github, document, run, change.job) }
      : {
          workflow_run: await answers.workflowRun(github, document, run),
          workflow: workflowOf(github, document, run.workflow),
        };
  return {
    action,
    ...about,
    ...context(github, document, run.triggeringActor),
  };
}

function workflowOf(github: Github, document: Repository, id: number) {
  const workflow = github.state.get('workflows', id);
  return workflow ? answers.workflow(github, document, workflow) : null;
}

export function pingPayload(
  github: Github,
  document: Repository,
  sender: string,
  hook: Hook,
  shown: unknown,
): Payload {
  return {
    zen: 'A stand-in answers in the place of another.',
    hook_id: hook.id,
    hook: shown,
    ...context(github, document, sender),
  };
}

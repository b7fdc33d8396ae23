import type { Actor } from './access';
import { git } from './git/git';
import type { RefUpdate } from './git/hook';
import { noCommit, RepositoryReader } from './git/read';
import { RepositoryWriter } from './git/write';
import type { Pull, Repository } from './model';
import { pullContents, pullFacts } from './pullFacts';
import type { Github } from './server';
import {
  readWorkflow,
  startBroken,
  startRun,
  workflowFiles,
  type Start,
} from './workflows/start';
import { isSkipped, startsOnPull } from './workflows/triggers';
import { pullPayload } from './webhooks/payloads';

/** Follows a branch that moved: pull requests from it get its commits, and those into it may be merged by that. */
export async function followPulls(
  github: Github,
  repository: Repository,
  actor: Actor,
  { ref, after }: RefUpdate,
): Promise<void> {
  const branch = ref.replace(/^refs\/heads\//, '');
  const open = github.state.filter('pulls', pull => pull.state === 'open');
  for (const pull of open) {
    const into = github.state.get('repositories', pull.repository);
    if (!into) continue;
    if (pull.head.repository === repository.id && pull.head.ref === branch) {
      if (after === noCommit) closePull(github, pull);
      else await headMoved(github, into, actor, pull, after);
    } else if (
      pull.repository === repository.id &&
      pull.base.ref === branch &&
      after !== noCommit
    )
      await baseMoved(github, repository, actor, pull, after);
  }
}

function closePull({ state }: Github, pull: Pull) {
  const at = new Date().toISOString();
  state.update('pulls', pull.id, {
    ...{ state: 'closed', closedAt: at, updatedAt: at },
  });
}

async function headMoved(
  github: Github,
  into: Repository,
  actor: Actor,
  pull: Pull,
  sha: string,
) {
  const moved = github.state.update('pulls', pull.id, {
    head: { ...pull.head, sha },
    updatedAt: new Date().toISOString(),
  });
  await pullChanged(github, into, actor, moved, 'synchronize');
}

/** Somebody pushed what a pull request brings: it is merged. */
async function baseMoved(
  { state, git: repositories }: Github,
  repository: Repository,
  actor: Actor,
  pull: Pull,
  tip: string,
) {
  const reader = new RepositoryReader(repositories.folder(repository.id));
  if (!(await reader.isAncestor(pull.head.sha, tip))) return;
  const at = new Date().toISOString();
  state.update('pulls', pull.id, {
    ...{ state: 'closed', closedAt: at, mergedAt: at, updatedAt: at },
    ...{ mergedBy: actor.login, mergeSha: tip },
  });
}

/** A pull request was opened or has new commits: refs, webhook, runs. */
export async function pullChanged(
  github: Github,
  into: Repository,
  actor: Actor,
  pull: Pull,
  action: 'opened' | 'synchronize' | 'reopened' | 'closed',
): Promise<Pull> {
  await fetchHead(github, into, pull);
  const merged =
    action === 'closed' ? undefined : await testMerge(github, into, pull);
  const changed = merged
    ? github.state.update('pulls', pull.id, { mergeSha: merged })
    : pull;
  const facts = await pullFacts(github, into, changed);
  const payload = pullPayload(
    ...([github, into, actor.login, action, changed, facts] as const),
  );
  github.webhooks.send(into.id, {
    event: 'pull_request',
    action,
    payload: Promise.resolve(payload),
  });
  if (merged && actor.onlyRepository === undefined)
    await startOnPull(github, into, actor, changed, merged, action, payload);
  return changed;
}

/** Brings the commits of a fork, and keeps those of the branch when it goes: `refs/pull/<n>/head`. */
async function fetchHead(
  { git: repositories }: Github,
  into: Repository,
  pull: Pull,
) {
  const folder = repositories.folder(into.id);
  const ref = `refs/pull/${pull.number}/head`;
  if (pull.head.repository === into.id)
    await git(['update-ref', ref, pull.head.sha], { folder });
  else
    await git(
      [
        'fetch',
        '--quiet',
        '--no-tags',
        repositories.folder(pull.head.repository),
        `+${pull.head.sha}:${ref}`,
      ],
      { folder },
    );
}

/** The merge that runs of a pull request see, `refs/pull/<n>/merge`; undefined where it conflicts. */
async function testMerge(
  { git: repositories, state }: Github,
  into: Repository,
  pull: Pull,
): Promise<string | undefined> {
  const folder = repositories.folder(into.id);
  const writer = new RepositoryWriter(folder);
  const tip = await new RepositoryReader(folder).resolve(
    `refs/heads/${pull.base.ref}`,
  );
  const tree = tip && (await writer.mergedTree(tip, pull.head.sha));
  if (!tip || !tree) return undefined;
  const user = state.find('users', ({ login }) => login === pull.user);
  const signature = {
    name: user?.name ?? pull.user,
    email: user?.email ?? `${pull.user}@users.noreply.example.test`,
    date: new Date().toISOString(),
  };
  const sha = await writer.commit({
    tree,
    parents: [tip, pull.head.sha],
    message: `Merge ${pull.head.sha} into ${tip}`,
    author: signature,
    committer: signature,
  });
  await git(['update-ref', `refs/pull/${pull.number}/merge`, sha], { folder });
  return sha;
}

async function startOnPull(
  github: Github,
  into: Repository,
  actor: Actor,
  pull: Pull,
  merge: string,
  action: string,
  payload: Record<string, unknown>,
) {
  const reader = new RepositoryReader(github.git.folder(into.id));
  const { message } = await reader.commit(pull.head.sha);
  if (isSkipped(message)) return;
  const from = github.state.get('repositories', pull.head.repository);
  const { changes } = await pullContents(github, into, pull);
  const facts = {
    action,
    base: pull.base.ref,
    paths: changes.map(({ path }) => path),
  };
  const start: Start = {
    repository: into,
    sha: pull.head.sha,
    checkout: merge,
    ref: `refs/pull/${pull.number}/merge`,
    headBranch: pull.head.ref,
    event: 'pull_request',
    payload,
    actor: actor.login,
    title: pull.title,
    headRepository: from ?? into,
    // As on GitHub, only of the same repository.
    pulls: from && from.id !== into.id ? [] : [pull.number],
  };
  for (const { path, text } of await workflowFiles(github, into, merge)) {
    const read = readWorkflow(text, path);
    if ('problem' in read) startBroken(github, path, read.problem, start);
    else if (startsOnPull(read.file, facts))
      await startRun(github, path, read.file, start);
  }
}

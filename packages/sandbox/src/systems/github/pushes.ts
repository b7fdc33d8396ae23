import type { Actor } from './access';
import type { RefUpdate } from './git/hook';
import { noCommit, RepositoryReader } from './git/read';
import { RepositoryWriter } from './git/write';
import type { Repository } from './model';
import { followPulls } from './pulls';
import type { Github } from './server';
import {
  readWorkflow,
  startBroken,
  startRun,
  workflowAt,
  workflowFiles,
  type Start,
} from './workflows/start';
import { isSkipped, startsOnPush } from './workflows/triggers';
import { pushPayload } from './webhooks/payloads';

/** GitHub starts nothing for more refs than that in one push. */
const mostRefs = 3;

/** All that follows from refs that have moved: default branch, workflows, webhooks, runs, pull requests. */
export async function refsMoved(
  github: Github,
  repositoryId: number,
  actor: Actor,
  updates: readonly RefUpdate[],
): Promise<void> {
  const { state, git } = github;
  const reader = new RepositoryReader(git.folder(repositoryId));
  const moved: RefUpdate[] = [];
  for (const update of updates)
    if (((await reader.ref(update.ref))?.sha ?? noCommit) === update.after)
      moved.push(update);
  if (moved.length === 0) return;
  const at = new Date().toISOString();
  let repository = state.update('repositories', repositoryId, {
    pushedAt: at,
    updatedAt: at,
  });
  repository = await firstBranch(github, repository, moved);
  for (const update of moved) {
    if (update.ref === `refs/heads/${repository.defaultBranch}`)
      await noteWorkflows(github, repository, update.after);
    if (!/^refs\/(heads|tags)\//.test(update.ref)) continue;
    await onPush(github, repository, actor, update, moved.length <= mostRefs);
  }
}

/** What is pushed first into an empty repository becomes its default branch. */
async function firstBranch(
  { state, git }: Github,
  repository: Repository,
  moved: readonly RefUpdate[],
): Promise<Repository> {
  const folder = git.folder(repository.id);
  const { defaultBranch } = repository;
  const isThere = await new RepositoryReader(folder).ref(
    `refs/heads/${defaultBranch}`,
  );
  const [, branch] =
    /^refs\/heads\/(.+)$/.exec(
      moved.find(({ after }) => after !== noCommit)?.ref ?? '',
    ) ?? [];
  if (isThere || !branch) return repository;
  await new RepositoryWriter(folder).setHead(branch);
  return state.update('repositories', repository.id, { defaultBranch: branch });
}

/** The list of workflows is that of the default branch. */
export async function noteWorkflows(
  github: Github,
  repository: Repository,
  sha: string,
): Promise<void> {
  const files =
    sha === noCommit ? [] : await workflowFiles(github, repository, sha);
  for (const { path, text } of files) {
    const read = readWorkflow(text, path);
    workflowAt(
      github,
      repository,
      path,
      'file' in read ? read.file.name : path,
    );
  }
  const paths = new Set(files.map(({ path }) => path));
  for (const workflow of github.state.filter(
    'workflows',
    one => one.repository === repository.id && !paths.has(one.path),
  ))
    github.state.update('workflows', workflow.id, { state: 'deleted' });
}

async function onPush(
  github: Github,
  repository: Repository,
  actor: Actor,
  update: RefUpdate,
  mayStart: boolean,
) {
  const payload = await pushPayload(github, repository, actor.login, update);
  github.webhooks.send(repository.id, {
    event: 'push',
    action: null,
    payload: Promise.resolve(payload),
  });
  // What a run pushes with its own token starts nothing, so that none starts itself for ever.
  if (actor.onlyRepository !== undefined) return;
  if (update.after !== noCommit && mayStart)
    await startOnPush(github, repository, actor, update, payload);
  if (update.ref.startsWith('refs/heads/'))
    await followPulls(github, repository, actor, update);
}

async function startOnPush(
  github: Github,
  repository: Repository,
  actor: Actor,
  { ref, before, after }: RefUpdate,
  payload: Record<string, unknown>,
) {
  const reader = new RepositoryReader(github.git.folder(repository.id));
  // A tag may be an object of its own.
  const sha = (await reader.resolve(ref)) ?? after;
  const { message } = await reader.commit(sha);
  if (isSkipped(message)) return;
  const paths =
    before === noCommit
      ? undefined
      : (await reader.changes(before, sha)).map(({ path }) => path);
  const start: Start = {
    ...{ repository, sha, ref, payload, actor: actor.login },
    event: 'push',
    headBranch: ref.replace(/^refs\/(heads|tags)\//, ''),
    title: message.split('\n')[0],
  };
  for (const { path, text } of await workflowFiles(github, repository, sha)) {
    const read = readWorkflow(text, path);
    if ('problem' in read) startBroken(github, path, read.problem, start);
    else if (startsOnPush(read.file, { ref, paths }))
      await startRun(github, path, read.file, start);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type GithubApi,
  type RepositoryName,
  type WorkflowRun,
} from '@nante/plugin-infrastructure-node';
import { NanteError } from '@nante/model';

/** A run of a workflow. Plain JSON: it is kept in a checkpoint. */
export type ChosenRun = { runId: number; url: string };

/** Runs that there were before a workflow was started. Plain JSON: it is kept in a checkpoint. */
export type RunsBefore = { ids: number[]; login: string };

/** Between two looks for a run, and how long it is looked for, in milliseconds. */
export const usualPatience = { look: 3_000, total: 120_000 };

/** What there is before a workflow is started, so that after a crash the run that was started is known. */
export async function runsBefore(
  api: GithubApi,
  repository: RepositoryName,
  workflow: string,
  options: { signal?: AbortSignal },
): Promise<RunsBefore> {
  const [{ login }, runs] = await Promise.all([
    api.checkAccess(options),
    dispatched(api, repository, workflow, options),
  ]);
  return { login, ids: runs.map(({ id }) => id) };
}

/**
 * Starts a workflow. Where an earlier try may have started it already, the run that is new since then and ours is taken.
 *
 * @param again - an earlier try got as far as this, and did not say which run it started
 * @throws NanteError `conflict` where several runs may be it: nothing is guessed
 */
export async function startWorkflow(
  api: GithubApi,
  repository: RepositoryName,
  dispatch: { workflow: string; ref: string; inputs: Record<string, string> },
  options: { signal?: AbortSignal; before: RunsBefore; again: boolean },
): Promise<ChosenRun> {
  const { before, again, ...rest } = options;
  if (again) {
    const all = await dispatched(api, repository, dispatch.workflow, rest);
    const ours = all.filter(
      ({ id, actor }) =>
        !before.ids.includes(id) &&
        actor.toLowerCase() === before.login.toLowerCase(),
    );
    if (ours.length > 1)
      throw new NanteError(
        'conflict',
        `${dispatch.workflow} may have been started before the portal was restarted, and ${ours.length} new runs fit: ${ours.map(({ url }) => url).join(', ')}`,
        {
          hint: 'Look at them in GitHub; start the task anew where none of them is it.',
        },
      );
    const [found] = ours;
    if (found) return { runId: found.id, url: found.url };
  }
  return api.dispatchWorkflow(repository, dispatch, rest);
}

async function dispatched(
  api: GithubApi,
  repository: RepositoryName,
  workflow: string,
  options: { signal?: AbortSignal },
): Promise<WorkflowRun[]> {
  const query = { workflow, event: 'workflow_dispatch', limit: 100 };
  return (await api.workflowRuns(repository, query, options)).value ?? [];
}

/**
 * The run that the push of a commit started, by the commit and the workflow's file. It is waited for until it appears.
 *
 * @throws NanteError `not-found` where none does
 */
export async function findRunOfPush(
  api: GithubApi,
  repository: RepositoryName,
  push: { workflow: string; commit: string },
  options: { signal?: AbortSignal; patience?: typeof usualPatience },
): Promise<ChosenRun> {
  const { signal, patience = usualPatience } = options;
  const { workflow, commit } = push;
  const until = Date.now() + patience.total;
  const query = { sha: commit, workflow, event: 'push', limit: 30 };
  for (;;) {
    const found = await api
      .workflowRuns(repository, query, { signal })
      .then(({ value = [] }) => value.filter(({ sha }) => sha === commit))
      .catch(unlessUnknown);
    // Pushed to several branches, it has several: the first push is the one that was meant.
    const first = found.sort((a, b) => a.id - b.id)[0];
    if (first) return { runId: first.id, url: first.url };
    if (Date.now() + patience.look > until) break;
    await sleep(patience.look, undefined, { signal });
  }
  throw new NanteError(
    'not-found',
    `GitHub has started no run of ${workflow} for the commit ${commit.slice(0, 12)} within ${Math.round(patience.total / 1000)} s.`,
    {
      hint: `Look whether Actions are switched on for ${repository.owner}/${repository.name}, and whether "on: push" of ${workflow} covers its branch.`,
    },
  );
}

/** A repository that was pushed to for the first time does not know its workflows at once. */
function unlessUnknown(error: unknown): WorkflowRun[] {
  if (NanteError.is(error) && error.code === 'not-found') return [];
  throw error;
}

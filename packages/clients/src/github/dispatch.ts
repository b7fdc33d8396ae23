import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { hasStatus } from './failures';
import { newestCommit } from './newestCommit';
import { pathOf } from './repositories';
import type { GithubApi, RepositoryName, WorkflowRun } from './types';

const detailsSchema = z.object({
  workflow_run_id: z.number(),
  html_url: z.string(),
});
const userSchema = z.object({ login: z.string() });

/** How often it is looked for a run that an old server has not named. */
const looks = 30;

type Dispatch = Parameters<GithubApi['dispatchWorkflow']>[1];

/** The runs of a workflow that a dispatch of ours may have started. */
interface Fitting {
  sha: string;
  actor: string;
  before: ReadonlySet<number>;
}

/**
 * Starts workflows, and says which run that is. GitHub says it where it is asked to (`return_run_details`); a GitHub
 * Enterprise Server that cannot yet is asked for its runs before and after, and the one that is new, of our user, of that
 * commit, is it. Where two fit, nobody knows, and nothing is guessed.
 */
export function createDispatch(
  connection: GithubConnection,
  workflowRuns: GithubApi['workflowRuns'],
  lookMs: number,
): GithubApi['dispatchWorkflow'] {
  const isDotCom = new URL(connection.url).hostname === 'api.github.com';
  /** Whether this server names runs; undefined until it has been asked. */
  let namesRuns: boolean | undefined = isDotCom ? true : undefined;
  /** One after the other where runs are found by comparison: two of ours at once would fit both. */
  let turn: Promise<unknown> = Promise.resolve();

  async function send(
    repository: RepositoryName,
    { workflow, ref, inputs }: Dispatch,
    askForRun: boolean,
    options?: CallOptions,
  ) {
    const { owner, name: repo } = repository;
    const { status, data } = await connection.send(
      { what: `start ${workflow} of ${pathOf(repository)}` },
      (rest, pass) =>
        rest.actions.createWorkflowDispatch({
          ...{ owner, repo, workflow_id: workflow, ref, inputs },
          ...(askForRun && { return_run_details: true }),
          ...pass,
        }),
      options,
    );
    return status === 200
      ? connection.understand(detailsSchema, 'started run', data)
      : undefined;
  }

  /** Sends it asking for the run, and without that word to a server that does not know it. */
  async function sendEither(
    repository: RepositoryName,
    dispatch: Dispatch,
    options?: CallOptions,
  ) {
    if (namesRuns === false) return send(repository, dispatch, false, options);
    try {
      return await send(repository, dispatch, true, options);
    } catch (error) {
      const isUnknownWord =
        hasStatus(error, 400, 422) &&
        (error as Error).message.includes('return_run_details');
      if (!isUnknownWord) throw error;
      return send(repository, dispatch, false, options);
    }
  }

  async function byComparison(
    repository: RepositoryName,
    dispatch: Dispatch,
    options?: CallOptions,
  ) {
    const { workflow, ref } = dispatch;
    const [commit, me, before] = await Promise.all([
      newestCommit(connection, repository, ref, options),
      connection.read(
        userSchema,
        'user',
        { what: 'say who we are' },
        (rest, pass) => rest.users.getAuthenticated(pass),
        options,
      ),
      workflowRuns(
        repository,
        { workflow, event: 'workflow_dispatch', limit: 100 },
        options,
      ),
    ]);
    if (!commit)
      throw new NanteError(
        'not-found',
        `${pathOf(repository)} has no branch or tag ${ref}.`,
      );
    const details = await sendEither(repository, dispatch, options);
    namesRuns = details !== undefined;
    if (details) return details;
    const known = new Set((before.value ?? []).map(({ id }) => id));
    const fitting = { sha: commit.sha, actor: me.login, before: known };
    const run = await findRun(
      () =>
        workflowRuns(
          repository,
          { workflow, event: 'workflow_dispatch', limit: 100 },
          options,
        ).then(({ value }) => value ?? []),
      fitting,
      { title: `${workflow} of ${pathOf(repository)}`, lookMs, options },
    );
    return { workflow_run_id: run.id, html_url: run.url };
  }

  return async (repository, dispatch, options) => {
    const work = () =>
      namesRuns
        ? sendEither(repository, dispatch, options)
        : byComparison(repository, dispatch, options);
    const mine = namesRuns ? work() : turn.then(work);
    if (!namesRuns) turn = mine.catch(() => {});
    const details = await mine;
    if (!details)
      throw new NanteError(
        'failed',
        `GitHub started ${dispatch.workflow} of ${pathOf(repository)}, and did not say which run that is.`,
        { hint: "Look at the list of runs in GitHub; don't start it again." },
      );
    return { runId: details.workflow_run_id, url: details.html_url };
  };
}

async function findRun(
  list: () => Promise<WorkflowRun[]>,
  { sha, actor, before }: Fitting,
  {
    title,
    lookMs,
    options,
  }: { title: string; lookMs: number; options?: CallOptions },
): Promise<WorkflowRun> {
  const hint = "Look at the list of runs in GitHub; don't start it again.";
  for (let look = 0; look < looks; look += 1) {
    await sleep(lookMs, undefined, options);
    const fitting = (await list()).filter(
      run =>
        !before.has(run.id) &&
        run.sha === sha &&
        run.actor.toLowerCase() === actor.toLowerCase(),
    );
    if (fitting.length > 1)
      throw new NanteError(
        'failed',
        `${title} was started, and ${fitting.length} new runs fit: ${fitting.map(({ id }) => id).join(', ')}. Which is ours, this server does not say.`,
        { hint },
      );
    if (fitting.length === 1) return fitting[0];
  }
  throw new NanteError(
    'failed',
    `${title} was started, and no run of it came up within ${(looks * lookMs) / 1000} s.`,
    { hint },
  );
}

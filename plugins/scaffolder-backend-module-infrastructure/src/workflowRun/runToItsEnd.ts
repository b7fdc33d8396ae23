import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { NanteError } from '@nante/model';
import type {
  EndedRun,
  GithubApi,
  RepositoryName,
} from '@nante/plugin-infrastructure-node';
import type { ActionDeps } from '../deps';
import {
  type ChosenRun,
  type usualPatience,
  findRunOfPush,
  runsBefore,
  startWorkflow,
} from './chooseRun';
import { type LogExcerpt, failedJobOf, failureOf, readLog } from './failure';
import { narrate } from './narrate';
import {
  type WorkflowResult,
  documentsOf,
  outputsOf,
  resultsOf,
} from './outcome';
import type { RunWish } from './readWish';

/** How long GitHub has to take a cancellation, and to hand out a log, in milliseconds. */
const DEADLINE = 30_000;
/** Runs of ours among which those of the workflow are looked for. */
const DOCUMENTS = 200;

type Context = Pick<
  ActionContext<any, any, any>,
  'checkpoint' | 'logger' | 'signal'
>;
type Deps = Pick<ActionDeps, 'engine' | 'follower' | 'secrets'>;

/** A run that is to be followed. */
interface Order {
  /** Begin of the checkpoints' names. */
  key: string;
  wish: RunWish;
  connection: string;
  repository: RepositoryName;
  patience?: typeof usualPatience;
}

/** A run that succeeded. */
export interface Finished extends ChosenRun {
  results: WorkflowResult[];
  outputs: Record<string, string>;
}

/**
 * Starts or finds the run, once however often the task is taken up again, and follows it. A cancelled task cancels it.
 *
 * @throws NanteError `failed` with job, step, first error lines and what to do; `cancelled`; what GitHub fails with
 */
export async function runToItsEnd(
  ctx: Context,
  deps: Deps,
  order: Order,
): Promise<Finished> {
  const api = await deps.engine.github(order.connection);
  const chosen = await chooseRun(ctx, api, order);
  ctx.logger.info(`The workflow run: ${chosen.url}`);
  const ended = await follow(ctx, deps, { api, ...order }, chosen);
  const { run } = ended;
  const documents = documentsOf(
    // What it came to is known without them.
    await deps.engine.listRuns({ limit: DOCUMENTS }).catch(() => []),
    run.url,
  );
  for (const { id, kind, state } of documents)
    ctx.logger.info(`${kind}: ${state}, /runs/${id}`);
  if (run.conclusion !== 'success') {
    const log = await logOf(ctx, deps, { api, ...order }, ended);
    throw failureOf(ended, { log, documents });
  }
  return {
    ...chosen,
    results: resultsOf(documents),
    outputs: outputsOf(documents),
  };
}

async function chooseRun(
  ctx: Context,
  api: GithubApi,
  { key, wish, repository, patience }: Order,
): Promise<ChosenRun> {
  const { workflow, commit, inputs } = wish;
  const { signal } = ctx;
  if (commit !== undefined)
    return ctx.checkpoint({
      key,
      fn: () =>
        findRunOfPush(
          api,
          repository,
          { workflow, commit },
          { signal, patience },
        ),
    });
  let isFirst = false;
  const before = await ctx.checkpoint({
    key: `${key}.before`,
    fn: async () => {
      isFirst = true;
      return runsBefore(api, repository, workflow, { signal });
    },
  });
  return ctx.checkpoint({
    key,
    fn: async () => {
      const ref = wish.ref ?? (await defaultBranch(api, repository, signal));
      return startWorkflow(
        api,
        repository,
        { workflow, ref, inputs },
        { signal, before, again: !isFirst },
      );
    },
  });
}

async function defaultBranch(
  api: GithubApi,
  repository: RepositoryName,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await api.repository(repository, { signal });
  if (found) return found.defaultBranch;
  throw new NanteError(
    'not-found',
    `There is no repository ${repository.owner}/${repository.name}, or our token may not see it.`,
    { hint: 'Look at its name, and at the rights of the token.' },
  );
}

type Opened = Order & { api: GithubApi };

async function follow(
  ctx: Context,
  { follower }: Deps,
  { api, wish, connection, repository }: Opened,
  { runId, url }: ChosenRun,
): Promise<EndedRun> {
  const timeout = AbortSignal.timeout(wish.timeoutMs);
  const signal = ctx.signal ? AbortSignal.any([ctx.signal, timeout]) : timeout;
  const { owner, name } = repository;
  try {
    return await follower.follow(
      { connection, repository: `${owner}/${name}`, runId },
      { signal, onChange: narrate(ctx.logger) },
    );
  } catch (error) {
    if (ctx.signal?.aborted) {
      ctx.logger.warn(`The task is cancelled: GitHub is asked to end ${url}`);
      await api.cancelRun(repository, runId, {
        signal: AbortSignal.timeout(DEADLINE),
      });
    } else if (timeout.aborted) {
      throw new NanteError(
        'failed',
        `${url} has not ended within ${wish.timeoutMs / 60_000} minutes.`,
        {
          hint: 'It goes on in GitHub. Give it more time by timeoutMinutes, or look at what it waits for.',
        },
      );
    }
    throw error;
  }
}

/** The end of the failed job's log goes into the task's; what it says first is part of the error. */
async function logOf(
  ctx: Context,
  { secrets }: Deps,
  { api, repository }: Opened,
  ended: EndedRun,
): Promise<LogExcerpt | undefined> {
  const job = failedJobOf(ended);
  if (!job) return undefined;
  try {
    const text = await api.jobLog(repository, job.id, {
      signal: AbortSignal.timeout(DEADLINE),
    });
    if (text === undefined) return undefined;
    const excerpt = readLog(await secrets.mask(text));
    ctx.logger.info(`The end of the log of ${job.name}:`);
    for (const line of excerpt.lines) ctx.logger.info(line);
    return excerpt;
  } catch (error) {
    // That it failed is worth more than why its log can't be read.
    ctx.logger.warn(`The log of ${job.name} could not be read: ${error}`);
    return undefined;
  }
}

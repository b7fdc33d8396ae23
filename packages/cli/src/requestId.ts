import { createHash, randomUUID } from 'node:crypto';
import { finalRunStates } from '@nante/model';
import type { Engine } from '@nante/engine';
import { isWorkflow } from './world';

/**
 * Id of a request that names none. On a terminal each call is a request of its own. In a workflow the id follows from
 * the run, its attempt, the job and what is asked: an attempt that finds an earlier one unfinished takes that one up, and
 * one that finds it done asks anew, since the world may have changed between the two.
 *
 * @param what - verb, app, environment and name
 */
export async function chooseRequestId(
  engine: Engine,
  env: NodeJS.ProcessEnv,
  what: readonly (string | undefined)[],
): Promise<string> {
  if (!isWorkflow(env) || !env.GITHUB_RUN_ID) return randomUUID();
  const attempt = Number(env.GITHUB_RUN_ATTEMPT ?? 1);
  const idOf = (number: number) => workflowId(env, what, number);
  for (let earlier = attempt - 1; earlier >= 1; earlier--) {
    const run = await engine.getRun(idOf(earlier));
    if (!run) continue;
    const isDone =
      finalRunStates.includes(run.state) && run.state === 'succeeded';
    return isDone ? idOf(attempt) : run.id;
  }
  return idOf(attempt);
}

function workflowId(
  env: NodeJS.ProcessEnv,
  what: readonly (string | undefined)[],
  attempt: number,
): string {
  const place = [
    env.GITHUB_SERVER_URL,
    env.GITHUB_REPOSITORY,
    env.GITHUB_RUN_ID,
    env.GITHUB_JOB,
  ];
  const digest = createHash('sha256')
    .update(JSON.stringify([...place, ...what]))
    .digest('hex')
    .slice(0, 16);
  return `gh-${env.GITHUB_RUN_ID}-${attempt}-${digest}`;
}

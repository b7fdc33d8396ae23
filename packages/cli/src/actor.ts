import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import type { RunOptions } from '@nante/engine';
import { isWorkflow } from './world';

/** Which door this is. */
export const doorOf = (env: NodeJS.ProcessEnv): RunOptions['door'] =>
  isWorkflow(env) ? 'workflow' : 'cli';

/**
 * Who asks, for the record: in a workflow whoever started it (also when somebody else repeats it), on a machine the
 * e-mail address that git knows, else the user's name. Nothing is allowed or refused because of it.
 */
export function requestedBy(env: NodeJS.ProcessEnv): string {
  if (isWorkflow(env)) return env.GITHUB_ACTOR || 'workflow';
  return gitEmail(env) || userInfo().username;
}

/** Address of the workflow run; undefined elsewhere. */
export function linkOf(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  if (!isWorkflow(env) || !GITHUB_SERVER_URL || !GITHUB_RUN_ID)
    return undefined;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

function gitEmail(env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync('git', ['config', '--get', 'user.email'], {
      env,
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

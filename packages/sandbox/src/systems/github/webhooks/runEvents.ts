import type { RunChange } from '../runs';
import type { Github } from '../server';
import { runPayload } from './payloads';

/** What follows from a run or job that became something else: an event, and the end of its token. */
export function tellOfRuns(github: Github, change: RunChange): void {
  const { action, run } = change;
  const repository = github.state.get('repositories', run.repository);
  if (!repository) return;
  if (change.of === 'run' && action === 'completed')
    github.tokens.revokeOfRun(run.id);
  github.webhooks.send(repository.id, {
    event: change.of === 'run' ? 'workflow_run' : 'workflow_job',
    action,
    payload: runPayload(github, repository, change),
  });
}

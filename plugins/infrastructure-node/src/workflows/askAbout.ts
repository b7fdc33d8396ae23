import type { GithubApi } from '@nante/clients';
import type { Followed } from './Followed';
import { unlessLimited } from './limits';

/**
 * Asks GitHub what is to be known next of a run, by one request, and notes the answer.
 *
 * @returns whether something is new
 * @throws what GitHub fails with
 */
export async function askAbout(
  api: GithubApi,
  followed: Followed,
): Promise<boolean> {
  const { known, repository, name, question } = followed;
  followed.turn += 1;
  if (question === 'run') {
    const etag = followed.runTag;
    const said = await unlessLimited(api, signal =>
      api.workflowRun(repository, name.runId, { signal, etag }),
    );
    followed.runTag = said.etag ?? etag;
    return said.value !== undefined && known.takeRun(said.value);
  }
  // At the end every job has to be seen, whatever was seen before.
  const isLast = known.run?.status === 'completed';
  const etag = isLast ? undefined : followed.jobsTag;
  const said = await unlessLimited(api, signal =>
    api.jobs(repository, name.runId, { signal, etag }),
  );
  followed.jobsTag = said.etag ?? followed.jobsTag;
  return said.value !== undefined && known.takeJobs(said.value);
}

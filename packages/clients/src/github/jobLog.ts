import { createHttpClient, type HttpClient } from '../http/client';
import type { GithubConnection } from './connection';
import { refusal, unlessAbsent } from './failures';
import { pathOf } from './repositories';
import type { GithubApi } from './types';

/** Milliseconds for the text itself, which may have megabytes. */
const downloadMs = 60_000;

/**
 * Reads logs of jobs: GitHub answers with an address that is good for a minute, mostly on another server, which gets
 * nothing of our token.
 */
export function createLogReader(
  connection: GithubConnection,
  { caFile }: { caFile?: string },
): GithubApi['jobLog'] {
  const stores = new Map<string, HttpClient>();
  const storeAt = (origin: string) => {
    const known =
      stores.get(origin) ??
      createHttpClient({
        ...{ system: "GitHub's store of logs", baseUrl: origin, caFile },
        headers: {},
      });
    stores.set(origin, known);
    return known;
  };

  return async (repository, jobId, options = {}) => {
    const { owner, name: repo } = repository;
    const what = `read the log of the job ${jobId} of ${pathOf(repository)}`;
    const answer = await unlessAbsent(
      connection.send(
        { what },
        (rest, pass) =>
          rest.actions.downloadJobLogsForWorkflowRun({
            ...{ owner, repo, job_id: jobId },
            ...pass,
          }),
        options,
      ),
      // 404 until the job's end, 410 once GitHub has thrown it away.
      ...[404, 410],
    );
    if (!answer) return undefined;
    const location = answer.header('location');
    if (location === undefined) return String(answer.data);
    const { origin, pathname, search } = new URL(location, connection.url);
    const log = await storeAt(origin).request({
      ...{ method: 'GET', path: `${pathname}${search}` },
      ...{ timeoutMs: downloadMs, repetitions: 2, signal: options.signal },
    });
    if (log.status === 404 || log.status === 410) return undefined;
    if (log.status >= 400)
      throw refusal(log, { what }, { url: origin, tokenName: 'the address' });
    // A mark of the byte order is nothing that a job said.
    return log.text.replace(/^\uFEFF/u, '');
  };
}

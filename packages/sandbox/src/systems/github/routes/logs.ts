import { strToU8, zipSync } from 'fflate';
import { notFound } from '../errors';
import type { Job, Run } from '../model';
import type { Call, Route } from '../router';
import { jobOf, jobsOf, runOf } from './runs';

/** The text of a job as a file that can be had for a minute. @throws GithubError 404 until the job has ended */
function textLog({ github }: Call, { id, status, name }: Job): Response {
  const text = github.logs.read(id);
  if (status !== 'completed' || text === undefined) throw notFound();
  const location = github.shortLived.make(
    `${name}.txt`,
    () =>
      new Response(text, {
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      }),
  );
  return new Response(null, { status: 302, headers: { location } });
}

/** All logs of an attempt in an archive. */
function zippedLogs(call: Call, run: Run, attempt: number): Response {
  const { github } = call;
  const files = jobsOf(call, run, attempt).flatMap((job, index) => {
    const text = github.logs.read(job.id);
    const name = `${index}_${job.name.replaceAll('/', '_')}.txt`;
    return text === undefined ? [] : [[name, strToU8(text)] as const];
  });
  if (files.length === 0) throw notFound();
  const archive = zipSync(Object.fromEntries(files));
  const location = github.shortLived.make(
    `logs_${run.id}.zip`,
    () =>
      new Response(new Uint8Array(archive), {
        headers: { 'content-type': 'application/zip' },
      }),
  );
  return new Response(null, { status: 302, headers: { location } });
}

const base = '/repos/{owner}/{repo}/actions';

export const logRoutes: Route[] = [
  {
    call: `GET ${base}/jobs/{job_id}/logs`,
    answer: call => textLog(call, jobOf(call).job),
  },
  {
    call: `GET ${base}/runs/{run_id}/logs`,
    answer(call) {
      const run = runOf(call);
      return zippedLogs(call, run, run.attempt);
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/attempts/{attempt_number}/logs`,
    answer: call =>
      zippedLogs(call, runOf(call), Number(call.params.attempt_number)),
  },
  {
    call: `DELETE ${base}/runs/{run_id}/logs`,
    needs: 'write',
    answer(call) {
      for (const { id } of jobsOf(call, runOf(call)))
        call.github.logs.remove(id);
    },
  },
];

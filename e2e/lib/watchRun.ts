import assert from 'node:assert/strict';
import { finalRunStates, type RunDocument } from '@nante/model';
import type { PortalApi } from './portalApi';
import { until } from './until';

/** The newest run of a host, of a kind where one is named, that began after others were known. */
export function newRunOf(
  api: PortalApi,
  host: string,
  known: readonly string[],
): Promise<RunDocument> {
  return until(`a run of ${host} begins`, async () => {
    const { runs } = await api.get<{ runs: RunDocument[] }>(
      `/infrastructure/runs?host=${host}`,
    );
    return runs.find(({ id }) => !known.includes(id));
  });
}

/** Ids of the runs of a host. */
export async function runsOf(api: PortalApi, host: string): Promise<string[]> {
  const { runs } = await api.get<{ runs: RunDocument[] }>(
    `/infrastructure/runs?host=${host}`,
  );
  return runs.map(({ id }) => id);
}

/** Waits for the end of a run. */
export async function endOf(
  api: PortalApi,
  id: string,
  timeoutMs = 300_000,
): Promise<RunDocument> {
  return until(
    `run ${id} ends`,
    async () => {
      const { run } = await api.get<{ run: RunDocument }>(
        `/infrastructure/runs/${id}`,
      );
      return finalRunStates.includes(run.state) && run;
    },
    timeoutMs,
  );
}

/** Waits for the good end of a run. */
export async function successOf(
  api: PortalApi,
  id: string,
): Promise<RunDocument> {
  const run = await endOf(api, id);
  assert.equal(
    run.state,
    'succeeded',
    `${run.kind} of ${run.host}: ${JSON.stringify(run.error)}`,
  );
  return run;
}

/** Seconds of each step. */
export function phasesOf(run: RunDocument): Record<string, number> {
  return Object.fromEntries(
    run.steps.flatMap(({ id, startedAt, finishedAt }) =>
      startedAt && finishedAt
        ? [[id, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000]]
        : [],
    ),
  );
}

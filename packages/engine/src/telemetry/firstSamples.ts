import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenobserveApi, TelemetryLabels } from '@nante/clients';
import { NanteError, type Arrival } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { guestsAreRecords } from '../configure/playOnHosts';
import type { SiteNeeds } from '../configure/siteVariables';
import type { Run } from '../operation/executeRun';
import type { StepTitle } from '../runs/recorder';

/** The step that waits for what hosts send. */
export const observeStep: StepTitle = [
  'observe',
  'The first sample of the host arrives',
];

const pollMs = 1_000;
/** Milliseconds that a log line is waited for when the first metric is there. */
const logMs = 5_000;
/** How far a run looks back at its end, where it cannot say when the play began. */
const lookBackMs = 300_000;

/** True where a run of these hosts ends on the first sample. */
export function reportsBack({ telemetry }: SiteNeeds): boolean {
  return telemetry.name !== undefined && telemetry.hosts.length > 0;
}

/**
 * Waits, as a step of its own, until each host that reports has sent a metric since the play began. What it sees stands in
 * the run's `arrivals`. Guests that are records send nothing, so that the step is skipped.
 *
 * @param playStep - id of the step that played
 * @throws NanteError `failed` when a host stays silent, `unauthorized` when OpenObserve takes our credentials no more
 */
export async function awaitFirstSamples(
  run: Run,
  needs: SiteNeeds,
  playStep: string,
): Promise<void> {
  if (!reportsBack(needs)) return;
  const { context, recorder } = run;
  const { name, hosts } = needs.telemetry;
  await recorder.step(observeStep[0], async step => {
    if (guestsAreRecords(run))
      return step.skip('The guests are records: nothing is sent.');
    const api = await context.openobserve(name!);
    const began = recorder.document.steps.find(({ id }) => id === playStep);
    const since =
      began?.startedAt ?? new Date(Date.now() - lookBackMs).toISOString();
    const heard = await Promise.all(
      hosts.map(host =>
        awaitHost(run, api, { ...needs.place, host: host.name }, since),
      ),
    );
    await recorder.update({
      arrivals: joined(recorder.document.arrivals ?? [], heard),
    });
    step.detail(
      heard
        .map(
          ({ host, metricAt }) => `${host} sent its first metric ${metricAt}`,
        )
        .join(', '),
    );
    return undefined;
  });
}

async function awaitHost(
  { context, signal }: Run,
  api: OpenobserveApi,
  only: TelemetryLabels,
  since: string,
): Promise<Arrival> {
  let deadline = Date.now() + context.timing.firstSampleMs;
  let metricAt: string | undefined;
  let logAt: string | undefined;
  let problem: string | undefined;
  const newest = async (type: 'metrics' | 'logs') =>
    (await api.lastHeard({ type, since, only }, { signal }))[0]?.at;
  for (;;) {
    try {
      if (!metricAt) {
        metricAt = await newest('metrics');
        if (metricAt) deadline = Math.min(deadline, Date.now() + logMs);
      }
      logAt ??= await newest('logs');
      problem = undefined;
    } catch (error) {
      throwIfCancelled(signal);
      if (NanteError.is(error) && error.code === 'unauthorized') throw error;
      problem = error instanceof Error ? error.message : String(error);
    }
    const isHeard = metricAt !== undefined;
    if (isHeard && (logAt ?? Date.now() >= deadline)) break;
    if (Date.now() >= deadline) {
      const seconds = Math.round(context.timing.firstSampleMs / 1000);
      throw new NanteError(
        'failed',
        `No first sample of ${only.host} arrived within ${seconds} s.${problem ? ` ${problem}` : ''}`,
        {
          hint: `On ${only.host}: is alloy active (systemctl status alloy), what does it say (journalctl -u alloy), does it reach OpenObserve, and is its clock right? Then finish the run.`,
        },
      );
    }
    await sleep(pollMs, undefined, { signal }).catch(() => {});
    throwIfCancelled(signal);
  }
  return {
    host: only.host,
    ...(metricAt && { metricAt }),
    ...(logAt && { logAt }),
  };
}

/** What mesh and telemetry said of the same hosts. */
function joined(
  known: readonly Arrival[],
  heard: readonly Arrival[],
): Arrival[] {
  const others = known.filter(
    ({ host }) => !heard.some(one => one.host === host),
  );
  return [
    ...others,
    ...heard.map(one => ({
      ...known.find(({ host }) => host === one.host),
      ...one,
    })),
  ];
}

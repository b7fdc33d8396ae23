import type { OctopusApi, OctopusDeployment } from '@nante/clients';
import { NanteError, type DeploymentResult } from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { endOf, failureOf, follow, startLine } from './follow';
import { succeeded } from './history';
import { assertMayGo } from './mayGo';
import { ownDeployment } from './ownDeployment';
import type { DeploymentPlan, EnvironmentRequest } from './planDeployment';

/** A deployment that failed, and what there is to go back by. */
interface FailedDeployment {
  connection: string;
  plan: DeploymentPlan;
  request: EnvironmentRequest;
  deployment: OctopusDeployment;
  failure: NanteError;
  lease: Lease;
  note(change: Partial<DeploymentResult>): Promise<void>;
}

/**
 * Deploys the last good release again in place of one that failed, and follows it. One that an earlier try of the run began is
 * taken up.
 *
 * @returns `error`: what the run fails with, the failure and what became of the way back; `isOver`: a repeat has nothing to
 *   take up
 * @throws NanteError `cancelled`, after the task was
 */
export async function returnToLastGood(
  run: Run,
  api: OctopusApi,
  failed: FailedDeployment,
): Promise<{ error: NanteError; isOver: boolean }> {
  const { plan, failure, note } = failed;
  const good = plan.history.find(
    past => succeeded(past) && past.deployment.releaseId !== plan.release.id,
  );
  if (!good) {
    await run.recorder.step('return', async step =>
      step.skip('There is no release to return to.'),
    );
    await note({ returnedTo: '' });
    return joined(
      failure,
      `Nothing was returned to: no other release of ${plan.project.name} was deployed to ${plan.environment.name} with success.`,
    );
  }
  try {
    const version = await run.recorder.step('return', step =>
      deployAgain(run, api, failed, good.deployment.releaseId, text =>
        step.detail(text),
      ),
    );
    await note({ returnedTo: version });
    return joined(failure, `${version} is back.`);
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    return joined(
      failure,
      `The last good release could not be brought back: ${error.message}`,
      error.code !== 'unreachable',
    );
  }
}

/** @returns the version that is back */
async function deployAgain(
  run: Run,
  api: OctopusApi,
  failed: FailedDeployment,
  releaseId: string,
  detail: (text: string) => void,
): Promise<string> {
  const { connection, deployment, lease, plan, request } = failed;
  const { signal, recorder } = run;
  const release = await api.release(releaseId, { signal });
  const back = { ...plan, release };
  // By the deployment that failed: another try of the request may fail once more.
  const own = ownDeployment(
    ...([run, api, connection] as const),
    `${request.requestId}-return-${deployment.id}`,
    back,
  );
  let again = await own.find();
  if (!again) {
    await assertMayGo(api, back, signal);
    await lease.assertHeld();
    again = await own.create({
      force: true,
      comment: `Returns to ${release.version}, because ${plan.release.version} failed (${deployment.id}). Asked for by ${request.requestedBy} through Nante, run ${recorder.document.id}.`,
      ...(request.targets && {
        machineIds: plan.machines.map(machine => machine.id),
      }),
    });
  }
  detail(`${release.version}: ${startLine(again)}`);
  const url = await api.pageUrl('tasks', again.taskId);
  const end = await follow(run, api, {
    ...{ deployment: again, request, lease, url, step: 'return', detail },
    onState: async () => {},
  });
  if (succeeded(end)) return release.version;
  const { problems = [] } = await endOf(api, back, again, end);
  throw failureOf(back, end, { problems }, url);
}

/** Both in one, with the first one's code and what to do. */
function joined(failure: NanteError, what: string, isOver = true) {
  const { code, hint, details } = failure;
  const message = failure.message.replace(/\.?$/, '.');
  const error = new NanteError(code, `${message} ${what}`, {
    hint: hint?.replace(/ Roll back to .*$/, ''),
    details,
  });
  return { error, isOver };
}

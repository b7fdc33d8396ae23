import type { OctopusApi, OctopusDeployment } from '@nante/clients';
import {
  NanteError,
  type DeploymentResult,
  type RunDocument,
} from '@nante/model';
import { throwIfCancelled } from '../cancel';
import type { Lease } from '../lock/lease';
import type { Aftermath, Run } from '../operation/executeRun';
import { redactStrings } from '../process';
import type { StepTitle } from '../runs/recorder';
import type { Destination } from './destination';
import {
  endOf,
  failureOf,
  follow,
  hasFailed,
  isOver,
  startLine,
} from './follow';
import { succeeded } from './history';
import { ownDeployment } from './ownDeployment';
import {
  planDeployment,
  sentenceOf,
  type DeploymentPlan,
  type DeploymentWay,
  type EnvironmentRequest,
} from './planDeployment';
import { returnToLastGood } from './returnToLastGood';
import { namesOf } from './targets';

/** Steps of a deployment. */
export const stepsOf = ({
  dryRun,
  returnOnFailure,
}: Pick<
  EnvironmentRequest,
  'dryRun' | 'returnOnFailure'
>): readonly StepTitle[] =>
  dryRun
    ? [['check', 'See what would be deployed']]
    : [
        ['lock', 'Take the lock of the environment'],
        ['check', 'Look what is there, and what may go there'],
        ['deploy', 'Start the deployment'],
        ['follow', 'Wait for its end'],
        ...(returnOnFailure
          ? ([
              ['return', 'Deploy the last good release again, if it failed'],
            ] as const)
          : []),
      ];

/** Deploys, or says what would be deployed. */
export async function deployRelease(
  run: Run,
  request: EnvironmentRequest,
  { connection, environment: name }: Destination,
  way: DeploymentWay,
  onFailure: (look: Aftermath) => void,
): Promise<Partial<RunDocument>> {
  const { context, recorder } = run;
  const api = await context.octopus(connection);
  const lease = request.dryRun
    ? undefined
    : await recorder.step('lock', () => run.lockRecords());
  const plan = await recorder.step('check', async step => {
    const found = await planDeployment(run, api, request, {
      ...{ connection, environment: name, way },
    });
    step.detail(sentenceOf(found));
    return found;
  });
  const { release, previous, changes, machines, environment } = plan;
  let result: DeploymentResult = {
    connection,
    project: plan.project.name,
    version: release.version,
    ...(previous && { previousVersion: previous.version }),
    environment: environment.name,
    changes,
    targets: machines.map(machine => machine.name),
    alreadyThere: plan.isThere,
    problems: [],
  };
  if (!lease) return { deployment: result };
  const note = async (change: Partial<DeploymentResult>) => {
    result = {
      ...result,
      ...redactStrings(change, text => run.redactor.redact(text)),
    };
    await recorder.update({ deployment: result }).catch(() => {});
  };
  const skipReturn = async () => {
    if (!request.returnOnFailure) return;
    await recorder.step('return', async step =>
      step.skip('Nothing has to be returned to.'),
    );
  };
  await note({});
  if (plan.isThere) {
    await recorder.step('deploy', async step =>
      step.skip(
        `${release.version} runs there already${machines.length > 0 ? `, on ${namesOf(machines)}` : ''}.`,
      ),
    );
    await recorder.step('follow', async step => step.skip('Nothing to do.'));
    await skipReturn();
    return { deployment: result };
  }
  const own = ownDeployment(run, api, connection, request.requestId, plan);
  const deployment = await recorder.step('deploy', async step => {
    const made =
      plan.earlier ?? (await start(run, own, { request, plan, way, lease }));
    step.detail(startLine(made));
    return made;
  });
  const { taskId } = deployment;
  const url = await api.pageUrl('tasks', taskId);
  await note({ id: deployment.id, taskId, url });
  onFailure(async () => leftoversOf(api, deployment, url));
  const followed = recorder.step('follow', async step => {
    const end = await follow(run, api, {
      ...{ deployment, request, lease, url, step: 'follow' },
      detail: text => step.detail(text),
      onState: state => note({ state }),
    }).catch(async error => {
      if (NanteError.is(error) && isOver(error)) await own.giveUp(deployment);
      throw error;
    });
    await note(await endOf(api, plan, deployment, end));
    if (succeeded(end)) return end;
    const failure = failureOf(plan, end, result, url);
    // Where something is returned to, a repeat finds it again until that is over.
    if (!request.returnOnFailure || !hasFailed(failure))
      await own.giveUp(deployment);
    throw failure;
  });
  const ended = await followed.catch(async error => {
    if (!request.returnOnFailure || !hasFailed(error)) throw error;
    const end = await returnToLastGood(run, api, {
      ...{ connection, deployment, failure: error, lease, plan, request },
      note,
    });
    if (end.isOver) await own.giveUp(deployment);
    throw end.error;
  });
  await skipReturn();
  recorder.log(
    'info',
    `${plan.project.name} ${release.version} is in ${environment.name}; it took ${result.seconds} s`,
  );
  return { deployment: { ...result, state: ended.task.state } };
}

async function start(
  run: Run,
  own: ReturnType<typeof ownDeployment>,
  {
    request,
    plan,
    way,
    lease,
  }: {
    request: EnvironmentRequest;
    plan: DeploymentPlan;
    way: DeploymentWay;
    lease: Lease;
  },
): Promise<OctopusDeployment> {
  const comment = await way.comment(plan);
  await lease.assertHeld();
  // From here on there may be a deployment: a cancel ends its task, not the call that makes it.
  throwIfCancelled(run.signal);
  return own.create({
    force: way.force,
    comment: [request.comment, comment].filter(Boolean).join('\n'),
    ...(request.targets && {
      machineIds: plan.machines.map(machine => machine.id),
    }),
  });
}

async function leftoversOf(
  api: OctopusApi,
  { id, taskId }: OctopusDeployment,
  url: string,
): Promise<string[]> {
  const { state } = await api.task(taskId);
  return [`${id} in Octopus (task ${taskId}, ${state}): ${url}`];
}

import type { OctopusApi, OctopusDeployment } from '@nante/clients';
import { NanteError, type DeploymentResult } from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { followTask, type EndedTask } from './followTask';
import { succeeded } from './history';
import type { DeploymentPlan, EnvironmentRequest } from './planDeployment';
import { createTaskLog, problemsOf } from './taskLog';

/** Names a deployment in the run's log; lines after it are about this one. */
export function startLine({ id, taskId }: OctopusDeployment): string {
  return `Octopus deploys: ${id}, task ${taskId}`;
}

/** Follows a deployment to its end, however it ends; its log becomes the run's. */
export async function follow(
  run: Run,
  api: OctopusApi,
  what: {
    deployment: OctopusDeployment;
    request: EnvironmentRequest;
    lease: Lease;
    url: string;
    /** Step of the run that follows it. */
    step: 'follow' | 'return';
    detail(text: string): void;
    onState(state: DeploymentResult['state']): Promise<void>;
  },
): Promise<EndedTask> {
  const { context, recorder, redactor } = run;
  const { deployment, request, lease, url, step } = what;
  const redact = (text: string) => redactor.redact(text);
  const lines = recorder.linesAfter(-1);
  // Lines after the first mention of this very deployment are about it.
  const begin = lines.findIndex(
    ({ text }) => text === redact(startLine(deployment)),
  );
  const said = lines
    .slice(begin + 1)
    .flatMap(line => (line.step === step ? [line.text] : []));
  const limitMs = Math.min(
    request.timeoutMinutes * 60_000,
    context.timing.followLimitMs,
  );
  return followTask(run, api, {
    ...{ taskId: deployment.taskId, url, lease, limitMs },
    cancelOnTimeout: request.cancelOnTimeout,
    log: createTaskLog({ say: recorder.log, said, redact }),
    detail: what.detail,
    onState: what.onState,
  });
}

/** What is known of a deployment once it is over. */
export async function endOf(
  api: OctopusApi,
  { machines }: DeploymentPlan,
  { id }: OctopusDeployment,
  { task, activities }: EndedTask,
): Promise<Partial<DeploymentResult>> {
  const { machineIds } = await api.deployment(id);
  const known = new Map(machines.map(machine => [machine.id, machine.name]));
  const ended = Date.parse(task.completedAt ?? '') || Date.now();
  const problems = problemsOf(activities);
  return {
    state: task.state,
    targets: machineIds.map(one => known.get(one) ?? one),
    seconds: Math.round((ended - Date.parse(task.queuedAt)) / 100) / 10,
    problems: succeeded({ task })
      ? []
      : [...problems, ...(problems.length > 0 ? [] : [task.errorMessage])],
  };
}

/** The task is over, so that a repeat makes another deployment. */
export function isOver({ code, details }: NanteError): boolean {
  return code === 'cancelled' || details?.taskEnded === true;
}

/** In the details of an error: the task failed, so that one may go back. */
const failedDetail = 'taskFailed';

/** True for the failure of a deployment that one may go back from: it ended by itself, and not well. */
export function hasFailed(error: unknown): error is NanteError {
  return NanteError.is(error) && error.details?.[failedDetail] === true;
}

/** Why a deployment that is over is no success. */
export function failureOf(
  { project, release, environment }: DeploymentPlan,
  { task }: EndedTask,
  { problems }: Pick<DeploymentResult, 'problems'>,
  url: string,
): NanteError {
  const what = `Deploying ${project.name} ${release.version} to ${environment.name}`;
  const ends: Partial<Record<typeof task.state, string>> = {
    Canceled: 'was cancelled in Octopus',
    TimedOut: 'took longer than Octopus allows',
  };
  const [first] = problems;
  // Whoever cancelled it in Octopus wanted what is there now.
  const isFailure = task.state !== 'Canceled';
  return new NanteError(
    'failed',
    `${what} ${ends[task.state] ?? 'failed'}${first ? `: ${first}` : '.'}`,
    {
      hint: `The whole log is at ${url}. Roll back to what was there before: nante rollback.`,
      details: { [failedDetail]: isFailure },
    },
  );
}

import type { Machine, ProcessAction } from '../documents';
import { acquireTitle, deploysPackage, type AcquiredPackages } from './acquire';
import { runAction } from './actions';
import {
  isOnServer,
  property,
  rolesOf,
  type DeploymentSubject,
  type PlannedStep,
} from './subject';
import { targetsOf } from './targets';
import type { LogNode } from './taskLog';
import {
  forEachLimited,
  writeError,
  type DeploymentPosition,
  type WorkContext,
} from './work';

/** How many targets Octopus works on at once, unless the step is a rolling one. */
const targetsAtOnce = 10;

/** What a step runs on. */
export interface StepRun {
  context: WorkContext;
  subject: DeploymentSubject;
  packages: AcquiredPackages;
  position: DeploymentPosition;
  /** A step that is tried again: where it failed before. */
  onlyMachineIds?: string[];
}

/** How a step ended. */
export interface StepResult {
  failedMachines: Machine[];
  /** Also without targets. */
  hasFailed: boolean;
  /** Of the first failure. */
  reason: string;
  outputs: Record<string, string>;
}

/** Nodes of all steps, those of an earlier run where there are any: a reader sees at once what is to come. */
export function planNodes(
  root: LogNode,
  { steps }: DeploymentSubject,
): LogNode[] {
  const fetches = steps.some(({ actions }) => actions.some(deploysPackage));
  if (fetches && !root.find(acquireTitle)) root.plan(acquireTitle);
  return steps.map(({ title }) => root.find(title) ?? root.plan(title));
}

/** Runs the actions of a step, one after the other, each on all targets. */
export async function runStep(
  run: StepRun,
  planned: PlannedStep,
  node: LogNode,
): Promise<StepResult> {
  const { context, subject, position, onlyMachineIds } = run;
  const { state } = context.parts;
  const result: StepResult = {
    failedMachines: [],
    hasFailed: false,
    reason: '',
    outputs: {},
  };
  const targets = targetsOf(
    state,
    subject,
    planned,
    position.excludedMachineIds,
  ).filter(({ Id }) => onlyMachineIds?.includes(Id) ?? true);
  const roles = rolesOf(planned);
  if (roles.length > 0 && targets.length === 0) {
    node.warn(`No target has one of the tags ${roles.join(', ')}.`);
    node.end('Skipped');
    return result;
  }
  node.start();
  const several = planned.actions.length > 1;
  for (const [index, action] of planned.actions.entries()) {
    const title = `${planned.title.split(':')[0]}.${index + 1}: ${action.Name}`;
    const parent = several ? node.begin(title) : node;
    await runOnAll(run, planned, action, { parent, targets, result });
    if (several) parent.end(result.hasFailed ? 'Failed' : 'Success');
    if (result.hasFailed) break;
  }
  node.end(result.hasFailed ? 'Failed' : 'Success');
  return result;
}

async function runOnAll(
  run: StepRun,
  { step }: PlannedStep,
  action: ProcessAction,
  at: { parent: LogNode; targets: Machine[]; result: StepResult },
): Promise<void> {
  const { parent, targets, result } = at;
  if (targets.length === 0 || isOnServer(action)) {
    await attempt(
      run,
      action,
      undefined,
      parent.begin('Octopus Server'),
      result,
    );
    return;
  }
  const rolling = Number(property(step, 'Octopus.Action.MaxParallelism'));
  const window = rolling > 0 ? rolling : targetsAtOnce;
  // All of them at once: a reader sees which are still to come.
  const nodes = new Map(
    targets.map(({ Id, Name }) => [Id, parent.find(Name) ?? parent.plan(Name)]),
  );
  await forEachLimited(targets, window, async machine => {
    run.context.signal.throwIfAborted();
    await attempt(run, action, machine, nodes.get(machine.Id)!, result);
  });
  // Named in the order of the targets, whichever failed first.
  result.failedMachines.sort((a, b) => targets.indexOf(a) - targets.indexOf(b));
}

async function attempt(
  { context, subject, packages, position }: StepRun,
  action: ProcessAction,
  machine: Machine | undefined,
  node: LogNode,
  result: StepResult,
): Promise<void> {
  const { state } = context.parts;
  const minutes = Number(
    property(action, 'Octopus.Action.ExecutionTimeout.Minutes'),
  );
  const clock = minutes > 0 ? AbortSignal.timeout(minutes * 60_000) : undefined;
  const signal = clock
    ? AbortSignal.any([context.signal, clock])
    : context.signal;
  node.start();
  if (machine) {
    state.update('machines', machine.Id, { IsInProcess: true });
    noteTarget(context, subject, machine);
  }
  try {
    await context.gate();
    const outputs = await runAction({
      ...{ context, subject, packages, action, machine, node, signal },
      outputs: position.outputs,
    });
    for (const [name, value] of Object.entries(outputs)) {
      result.outputs[`Octopus.Action[${action.Name}].Output.${name}`] = value;
      if (machine)
        result.outputs[
          `Octopus.Action[${action.Name}].Output[${machine.Name}].${name}`
        ] = value;
    }
    node.end('Success');
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = clock?.aborted
      ? new Error(
          `"${action.Name}" did not end within ${minutes} minutes, its time limit.`,
        )
      : error;
    const message = writeError(node, reason);
    node.end('Failed');
    result.hasFailed = true;
    result.reason ||= message;
    if (machine) result.failedMachines.push(machine);
  } finally {
    if (machine && state.get('machines', machine.Id))
      state.update('machines', machine.Id, { IsInProcess: false });
  }
}

function noteTarget(
  { parts: { state } }: WorkContext,
  { deployment }: DeploymentSubject,
  machine: Machine,
): void {
  const before =
    state.get('deployments', deployment.Id)?.DeployedToMachineIds ?? [];
  if (before.includes(machine.Id)) return;
  state.update('deployments', deployment.Id, {
    DeployedToMachineIds: [...before, machine.Id],
  });
}

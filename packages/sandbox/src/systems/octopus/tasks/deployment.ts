import { acquirePackages } from './acquire';
import { answered } from './answered';
import { createInterruption } from './interruptions';
import { planNodes, runStep, type StepResult } from './steps';
import {
  manualAction,
  property,
  subjectOf,
  type DeploymentSubject,
  type PlannedStep,
} from './subject';
import { checkTargets } from './targets';
import type { LogNode } from './taskLog';
import { substitute, variablesOf } from './variables';
import {
  TaskFailure,
  type DeploymentPosition,
  type TaskWork,
  type WorkContext,
} from './work';

/** Interprets a project's process, step by step; a step that asks a person ends it until there is an answer. */
export const runDeployment: TaskWork = async context => {
  const { log, parts, task } = context;
  const subject = subjectOf(parts.state, task);
  const nodes = planNodes(log.root, subject);
  let position: DeploymentPosition = {
    stepsDone: 0,
    hasFailed: false,
    excludedMachineIds: [],
    outputs: {},
  };
  let onlyMachineIds: string[] | undefined;
  if (context.resumed) {
    ({ position, onlyMachineIds } = answered(context, subject, nodes));
  } else {
    checkTargets(context, subject, log.root);
  }
  const packages = await acquirePackages(
    context,
    subject,
    context.resumed ? undefined : log.root,
  );

  while (position.stepsDone < subject.steps.length) {
    await context.gate();
    const planned = subject.steps[position.stepsDone];
    const node = nodes[position.stepsDone];
    log.root.progress(
      (100 * position.stepsDone) / subject.steps.length,
      planned.title,
    );
    const skipped = whySkipped(planned, position);
    if (skipped) {
      node.info(skipped);
      node.end('Skipped');
    } else if (isManual(planned)) {
      askPerson(context, subject, planned, node, position);
      return 'waiting';
    } else {
      const result = await runStep(
        { context, subject, packages, position, onlyMachineIds },
        planned,
        node,
      );
      if (result.failedMachines.length > 0 || result.hasFailed) {
        if (askAboutFailure(context, subject, planned, position, result, node))
          return 'waiting';
        position = { ...position, hasFailed: true };
        parts.state.update('deployments', subject.deployment.Id, {
          FailureEncountered: true,
        });
      }
      position = {
        ...position,
        outputs: { ...position.outputs, ...result.outputs },
      };
    }
    onlyMachineIds = undefined;
    position = { ...position, stepsDone: position.stepsDone + 1 };
  }
  if (position.hasFailed)
    throw new TaskFailure(
      'The deployment failed, because one or more of its steps failed. The log says which.',
    );
  return 'done';
};

function isManual({ actions }: PlannedStep): boolean {
  return actions.some(({ ActionType }) => ActionType === manualAction);
}

function whySkipped(
  { step, actions }: PlannedStep,
  { hasFailed, outputs }: DeploymentPosition,
): string | undefined {
  if (actions.length === 0)
    return 'Nothing of this step is for this environment and channel.';
  switch (step.Condition) {
    case 'Failure':
      return hasFailed ? undefined : 'It runs only after a failure.';
    case 'Always':
      return undefined;
    case 'Variable': {
      const value = substitute(
        property(step, 'Octopus.Step.ConditionVariableExpression'),
        outputs,
      ).trim();
      return ['', 'false', '0', 'no'].includes(value.toLowerCase())
        ? 'Its condition does not hold.'
        : undefined;
    }
    default:
      return hasFailed ? 'A step before it failed.' : undefined;
  }
}

function askPerson(
  context: WorkContext,
  subject: DeploymentSubject,
  { step, actions }: PlannedStep,
  node: LogNode,
  position: DeploymentPosition,
): void {
  const action = actions.find(({ ActionType }) => ActionType === manualAction)!;
  const instructions = substitute(
    property(action, 'Octopus.Action.Manual.Instructions'),
    variablesOf(subject, action, undefined, position.outputs),
  );
  node.start();
  node.write('Wait', 'Waiting for a person who proceeds or aborts');
  const { Id } = createInterruption(context.parts.state, {
    task: context.task,
    deployment: subject.deployment,
    type: 'ManualIntervention',
    title: step.Name,
    instructions,
    correlationId: node.element.Id,
    teamIds: property(action, 'Octopus.Action.Manual.ResponsibleTeamIds')
      .split(',')
      .filter(Boolean),
  });
  context.keepPosition({ ...position, interruptionId: Id });
}

/** @returns false where failures ask nobody */
function askAboutFailure(
  context: WorkContext,
  subject: DeploymentSubject,
  planned: PlannedStep,
  position: DeploymentPosition,
  { failedMachines, reason, outputs }: StepResult,
  node: LogNode,
): boolean {
  if (!subject.deployment.UseGuidedFailure) return false;
  const names = failedMachines.map(({ Name }) => Name).join(', ');
  node.start();
  node.write('Wait', 'Waiting for a person who says how to go on');
  const { Id } = createInterruption(context.parts.state, {
    task: context.task,
    deployment: subject.deployment,
    type: 'GuidedFailure',
    title: `${planned.title} failed${names ? ` on ${names}` : ''}`,
    instructions: reason,
    correlationId: node.element.Id,
  });
  context.keepPosition({
    ...position,
    outputs: { ...position.outputs, ...outputs },
    interruptionId: Id,
    failedMachineIds: failedMachines.map(machine => machine.Id),
  });
  return true;
}

import { manualAction, type DeploymentSubject } from './subject';
import type { LogNode } from './taskLog';
import type { DeploymentPosition, WorkContext } from './work';

/** Where a deployment goes on after an answer, written into its log too. */
export function answered(
  { resumed, parts }: WorkContext,
  subject: DeploymentSubject,
  nodes: LogNode[],
): { position: DeploymentPosition; onlyMachineIds?: string[] } {
  const { answer, interruption } = resumed!;
  const position = resumed!.position ?? seededPosition(subject);
  const node = nodes[position.stepsDone];
  const chosen = answer.Result ?? answer.Guidance ?? '';
  const notes = answer.Notes ? `: ${answer.Notes}` : '';
  node.info(`${interruption.ResponsibleUserId} answered ${chosen}${notes}`);

  const next = { ...position, stepsDone: position.stepsDone + 1 };
  const failedMachineIds = position.failedMachineIds ?? [];
  switch (chosen) {
    case 'Proceed':
      node.end('Success');
      return { position: next };
    case 'Ignore':
      node.end('SuccessWithWarning');
      return { position: next };
    case 'Exclude':
      node.end('SuccessWithWarning');
      return {
        position: {
          ...next,
          excludedMachineIds: [
            ...position.excludedMachineIds,
            ...failedMachineIds,
          ],
        },
      };
    case 'Retry':
      return {
        position,
        onlyMachineIds:
          failedMachineIds.length > 0 ? failedMachineIds : undefined,
      };
    default:
      node.error('The person ended it here.');
      node.end('Failed');
      parts.state.update('deployments', subject.deployment.Id, {
        FailureEncountered: true,
      });
      return { position: { ...next, hasFailed: true } };
  }
}

/** A seeded deployment never ran: it waits where its process first asks a person. */
function seededPosition({ steps }: DeploymentSubject): DeploymentPosition {
  const asking = steps.findIndex(({ actions }) =>
    actions.some(({ ActionType }) => ActionType === manualAction),
  );
  return {
    stepsDone: Math.max(0, asking),
    hasFailed: false,
    excludedMachineIds: [],
    outputs: {},
  };
}

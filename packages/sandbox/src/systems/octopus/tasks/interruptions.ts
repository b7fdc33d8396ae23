import { NanteError } from '@nante/model';
import type { Deployment, Interruption, ServerTask } from '../documents';
import type { OctopusState } from '../state';
import type { InterruptionAnswer } from './types';

const resultField = {
  ManualIntervention: 'Result',
  GuidedFailure: 'Guidance',
} as const;

const answers = {
  ManualIntervention: ['Proceed', 'Abort'],
  GuidedFailure: ['Fail', 'Retry', 'Ignore', 'Exclude'],
} as const;

/** Asks a person; the task waits until there is an answer. */
export function createInterruption(
  state: OctopusState,
  asked: {
    task: ServerTask;
    deployment: Deployment;
    type: Interruption['Type'];
    title: string;
    /** What the person reads. */
    instructions: string;
    /** Id of the node in the log. */
    correlationId: string;
    teamIds?: string[];
  },
): Interruption {
  const { task, deployment, type, instructions } = asked;
  const field = resultField[type];
  return state.insert('interruptions', 'Interruptions', {
    SpaceId: deployment.SpaceId,
    Title: asked.title,
    Type: type,
    TaskId: task.Id,
    Created: new Date().toISOString(),
    IsPending: true,
    ResponsibleTeamIds: asked.teamIds ?? [],
    RelatedDocumentIds: [
      deployment.Id,
      task.Id,
      deployment.ProjectId,
      deployment.ReleaseId,
      deployment.EnvironmentId,
    ],
    CorrelationId: asked.correlationId,
    Form: {
      Values: { Instructions: instructions, Notes: '', [field]: '' },
      Elements: [
        element('Instructions', {
          Type: 'Paragraph',
          Text: instructions,
        }),
        element('Notes', { Type: 'TextArea', Label: 'Notes' }),
        element(
          field,
          {
            Type: 'SubmitButtonGroup',
            Buttons: answers[type].map(value => ({
              Text: value,
              Value: value,
              RequiresConfirmation: value === 'Abort' || value === 'Fail',
            })),
          },
          true,
        ),
      ],
    },
  });
}

function element(
  name: string,
  control: Record<string, unknown>,
  isRequired = false,
) {
  return { Name: name, Control: control, IsValueRequired: isRequired };
}

/**
 * Values of the form after an answer.
 *
 * @throws NanteError `conflict`, `refused` or `invalid-input`
 */
export function chosenAnswer(
  { Id, Type, IsPending, ResponsibleUserId }: Interruption,
  answer: InterruptionAnswer,
  userId: string,
): Record<string, string> {
  if (!IsPending)
    throw new NanteError('conflict', `${Id} was answered already.`);
  if (ResponsibleUserId !== userId)
    throw new NanteError(
      'refused',
      `Take responsibility for ${Id} before answering it.`,
    );
  const field = resultField[Type];
  const value = answer[field] ?? '';
  const allowed: readonly string[] = answers[Type];
  if (!allowed.includes(value))
    throw new NanteError(
      'invalid-input',
      `${field} of ${Id} is ${value === '' ? 'missing' : `"${value}"`}; it takes ${allowed.join(', ')}.`,
    );
  return { [field]: value, Notes: answer.Notes ?? '' };
}

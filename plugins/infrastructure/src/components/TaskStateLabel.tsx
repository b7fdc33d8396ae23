import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { TargetHealth, TaskState } from '@nante/model';
import {
  RiAlarmWarningLine,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiForbidLine,
  RiGhostLine,
  RiLoader4Line,
  RiPlugLine,
  RiQuestionLine,
  RiTimeLine,
  RiUserVoiceLine,
} from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import { Label, type Look } from './StateLabel';

/** What is said of a task: its state, and what matters more than the state. */
export type TaskWord = TaskState | 'Warnings' | 'NeedsPerson';

/** Icons and colours of tasks, for whoever draws thousands of labels and has the sentences at hand. */
export const taskLooks: Record<TaskWord, Look> = {
  Queued: { icon: RiTimeLine, tone: 'info' },
  Executing: { icon: RiLoader4Line, tone: 'info' },
  Cancelling: { icon: RiLoader4Line, tone: 'quiet' },
  Success: { icon: RiCheckboxCircleFill, tone: 'good' },
  Failed: { icon: RiCloseCircleFill, tone: 'bad' },
  Canceled: { icon: RiForbidLine, tone: 'quiet' },
  TimedOut: { icon: RiAlarmWarningLine, tone: 'bad' },
  Warnings: { icon: RiErrorWarningFill, tone: 'warn' },
  NeedsPerson: { icon: RiUserVoiceLine, tone: 'warn' },
};

/** States that a task no longer leaves. */
const finalTaskStates: readonly TaskState[] = [
  'Success',
  'Failed',
  'Canceled',
  'TimedOut',
];

/** Whether a task goes on. */
export function taskGoesOn(state: TaskState | undefined): boolean {
  return state !== undefined && !finalTaskStates.includes(state);
}

/** The word that matters most about a task. */
export function taskWord(task: {
  state: TaskState;
  hasWarnings?: boolean;
  hasPendingInterruption?: boolean;
}): TaskWord {
  if (task.hasPendingInterruption) return 'NeedsPerson';
  if (task.state === 'Success' && task.hasWarnings) return 'Warnings';
  return task.state;
}

/** State of a task of Octopus: icon, word and colour, with Octopus' own word as tooltip. */
export function TaskStateLabel(props: { word: TaskWord; native?: TaskState }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { word, native } = props;
  return (
    <Label
      look={taskLooks[word]}
      word={t(`task.${word}`)}
      title={native && t('task.native', { word: native })}
      spins={word === 'Executing'}
    />
  );
}

const targetLooks: Record<TargetHealth | 'gone', Look> = {
  Healthy: { icon: RiCheckboxCircleFill, tone: 'good' },
  HasWarnings: { icon: RiErrorWarningFill, tone: 'warn' },
  Unhealthy: { icon: RiCloseCircleFill, tone: 'bad' },
  Unavailable: { icon: RiPlugLine, tone: 'bad' },
  Unknown: { icon: RiQuestionLine, tone: 'quiet' },
  gone: { icon: RiGhostLine, tone: 'quiet' },
};

/** Health of a deployment target. */
export function TargetHealthLabel(props: {
  health: TargetHealth | 'gone';
  title?: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Label
      look={targetLooks[props.health]}
      word={t(`targetHealth.${props.health}`)}
      title={props.title}
    />
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { PipelineState } from '@nante/plugin-infrastructure-common';
import {
  RiCheckboxBlankCircleLine,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiForbidLine,
  RiLoader4Line,
  RiQuestionLine,
  RiSkipForwardLine,
  RiTimeLine,
  RiUserVoiceLine,
} from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import { Label, type Look } from './StateLabel';

/** Icons and colours of what pipelines consist of. */
export const pipelineLooks: Record<PipelineState, Look> = {
  pending: { icon: RiCheckboxBlankCircleLine, tone: 'quiet' },
  queued: { icon: RiTimeLine, tone: 'info' },
  running: { icon: RiLoader4Line, tone: 'info' },
  waiting: { icon: RiUserVoiceLine, tone: 'warn' },
  succeeded: { icon: RiCheckboxCircleFill, tone: 'good' },
  failed: { icon: RiCloseCircleFill, tone: 'bad' },
  cancelled: { icon: RiForbidLine, tone: 'quiet' },
  skipped: { icon: RiSkipForwardLine, tone: 'quiet' },
  unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

/** Whether something of a pipeline goes on, so that looking again is worth it. */
export function pipelineGoesOn(state: PipelineState): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

/** State of a workflow run, of a job, of a step: icon, word and colour. */
export function PipelineStateLabel({ state }: { state: PipelineState }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Label
      look={pipelineLooks[state]}
      word={t(`pipeline.state.${state}`)}
      spins={state === 'running'}
    />
  );
}

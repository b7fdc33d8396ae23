import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import type { PipelineRun } from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';

/** What may be done with a run that is there. */
export type RunAction = 'rerun-failed' | 'cancel';

/** The action that fits a run's state; undefined where there is none. */
export function actionFor({ state }: PipelineRun): RunAction | undefined {
  if (state === 'failed' || state === 'cancelled') return 'rerun-failed';
  return state === 'queued' || state === 'running' || state === 'waiting'
    ? 'cancel'
    : undefined;
}

export interface RunActions {
  /** Repeats or cancels a run, and says what came of it. */
  act(action: RunAction, run: PipelineRun): Promise<void>;
  /** Id of the run that GitHub is being asked about. */
  busy?: number;
}

/** Repeats and cancels runs of a component's repository. */
export function useRunActions(
  entityRef: string,
  onDone: () => void,
): RunActions {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const toast = useApi(toastApiRef);
  const [busy, setBusy] = useState<number>();
  return {
    busy,
    async act(action, run) {
      setBusy(run.id);
      try {
        await api.actOnPipeline({ entityRef, action, runId: run.id });
        toast.post({
          title: t(
            action === 'cancel'
              ? 'pipeline.action.cancelDone'
              : 'pipeline.action.rerunDone',
          ),
          status: 'success',
          timeout: 6000,
        });
        onDone();
      } catch (cause) {
        toast.post({
          title: t('pipeline.action.failed'),
          description: cause instanceof Error ? cause.message : String(cause),
          status: 'danger',
        });
      } finally {
        setBusy(undefined);
      }
    },
  };
}

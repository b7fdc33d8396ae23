import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { RunState, RunStep } from '@nante/model';
import type { HealthWord } from '@nante/plugin-infrastructure-common';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiForbidLine,
  RiLoader4Line,
  RiPlayCircleFill,
  RiQuestionLine,
  RiSkipForwardLine,
  RiStopCircleLine,
  RiTimeLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import type { ReactNode } from 'react';
import { infrastructureTranslationRef } from '../translation';
import styles from './StateLabel.module.css';

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';
export interface Look {
  icon: RemixiconComponentType;
  tone: Tone;
}

const healthLooks: Record<HealthWord, Look> = {
  Healthy: { icon: RiCheckboxCircleFill, tone: 'good' },
  Running: { icon: RiPlayCircleFill, tone: 'good' },
  Waiting: { icon: RiTimeLine, tone: 'info' },
  Attention: { icon: RiErrorWarningFill, tone: 'warn' },
  Failed: { icon: RiCloseCircleFill, tone: 'bad' },
  Stopped: { icon: RiStopCircleLine, tone: 'quiet' },
  Unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

const runLooks: Record<RunState | RunStep['state'], Look> = {
  queued: { icon: RiTimeLine, tone: 'info' },
  pending: { icon: RiTimeLine, tone: 'quiet' },
  running: { icon: RiLoader4Line, tone: 'info' },
  succeeded: { icon: RiCheckboxCircleFill, tone: 'good' },
  failed: { icon: RiCloseCircleFill, tone: 'bad' },
  cancelled: { icon: RiForbidLine, tone: 'quiet' },
  skipped: { icon: RiSkipForwardLine, tone: 'quiet' },
};

/** An icon, a word and a colour. */
export function Label(props: {
  look: Look;
  word: ReactNode;
  title?: string;
  spins?: boolean;
}) {
  const Icon = props.look.icon;
  return (
    <span
      className={`${styles.label} ${styles[props.look.tone]}`}
      title={props.title}
    >
      <span aria-hidden="true" className={styles.icon}>
        <Icon size={16} className={props.spins ? styles.spin : undefined} />
      </span>
      {props.word}
    </span>
  );
}

/** State of a host or node: icon, word and colour, with Proxmox's own word as tooltip. */
export function HealthLabel(props: { state: HealthWord; native?: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Label
      look={healthLooks[props.state]}
      word={t(`state.${props.state}`)}
      title={
        props.native ? t('state.native', { word: props.native }) : undefined
      }
    />
  );
}

/** State of a run or of one of its steps. */
export function RunStateLabel(props: { state: RunState | RunStep['state'] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Label
      look={runLooks[props.state]}
      word={t(`runState.${props.state}`)}
      spins={props.state === 'running'}
    />
  );
}

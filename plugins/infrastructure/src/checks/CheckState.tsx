import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Diagnosis } from '@nante/model';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiQuestionLine,
} from '@remixicon/react';
import { Label, type Look } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';

const looks: Record<Diagnosis['state'], Look> = {
  ok: { icon: RiCheckboxCircleFill, tone: 'good' },
  warning: { icon: RiErrorWarningFill, tone: 'warn' },
  failed: { icon: RiCloseCircleFill, tone: 'bad' },
  unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

/** How a check came out: icon, word and colour. */
export function CheckState({ state }: { state: Diagnosis['state'] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return <Label look={looks[state]} word={t(`checks.state.${state}`)} />;
}

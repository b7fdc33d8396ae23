import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { FleetRepository } from '@nante/plugin-infrastructure-common';
import {
  RiCheckboxCircleFill,
  RiErrorWarningFill,
  RiExternalLinkLine,
  RiHistoryLine,
  RiQuestionLine,
  RiSubtractLine,
} from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import { Label, type Look } from './StateLabel';

const looks: Record<FleetRepository['state'], Look> = {
  current: { icon: RiCheckboxCircleFill, tone: 'good' },
  behind: { icon: RiHistoryLine, tone: 'warn' },
  floating: { icon: RiErrorWarningFill, tone: 'warn' },
  foreign: { icon: RiExternalLinkLine, tone: 'quiet' },
  none: { icon: RiSubtractLine, tone: 'quiet' },
  unknown: { icon: RiQuestionLine, tone: 'quiet' },
};

/** How the version of our workflows that a repository calls stands to the newest. */
export function UseStateLabel(props: { state: FleetRepository['state'] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Label look={looks[props.state]} word={t(`pipeline.use.${props.state}`)} />
  );
}

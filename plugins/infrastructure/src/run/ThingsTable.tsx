import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { RunThing } from '@nante/model';
import {
  RiCheckboxCircleFill,
  RiErrorWarningFill,
  RiGhostLine,
  RiQuestionLine,
} from '@remixicon/react';
import { SimpleTable } from '../components/SimpleTable';
import { Label } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';

const looks = {
  exists: { icon: RiCheckboxCircleFill, tone: 'good' },
  missing: { icon: RiGhostLine, tone: 'quiet' },
  unknown: { icon: RiQuestionLine, tone: 'warn' },
  disagrees: { icon: RiErrorWarningFill, tone: 'bad' },
} as const;

/** What a run made or meant to make, and whether it is there now. */
export function ThingsTable({ things }: { things: RunThing[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (things.length === 0) {
    return <Text color="secondary">{t('repair.noThings')}</Text>;
  }
  return (
    <SimpleTable
      caption={t('repair.things')}
      columns={[t('repair.thing'), t('repair.state'), t('repair.detail')]}
      rows={things.map(thing => ({
        key: thing.id,
        cells: [
          thing.title,
          <Label
            key="state"
            look={looks[thing.state]}
            word={t(`repair.states.${thing.state}`)}
          />,
          thing.detail ?? '—',
        ],
      }))}
    />
  );
}

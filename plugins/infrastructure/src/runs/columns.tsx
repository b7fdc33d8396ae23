import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Cell, CellText, type ColumnConfig, Text } from '@backstage/ui';
import { type RunDocument, finalRunStates } from '@nante/model';
import { useMemo } from 'react';
import { Age } from '../components/Age';
import { DoorLabel } from '../components/DoorLabel';
import { RunStateLabel } from '../components/StateLabel';
import { refName, stopwatch } from '../components/format';
import { useNow } from '../hooks/useNow';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

function Duration({ run }: { run: RunDocument }) {
  const final = finalRunStates.includes(run.state);
  const now = useNow(final ? 0 : 1000);
  if (!run.startedAt) return <>—</>;
  const end = run.finishedAt ? Date.parse(run.finishedAt) : now;
  return <>{stopwatch((end - Date.parse(run.startedAt)) / 1000)}</>;
}

/** Columns of the runs list. */
export function useColumns(): ColumnConfig<RunDocument>[] {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  return useMemo(
    () => [
      {
        id: 'host',
        label: t('runs.column.host'),
        isRowHeader: true,
        cell: run => (
          <CellText
            title={run.host || run.app}
            description={run.host ? run.app : undefined}
            href={links.run(run.id)}
          />
        ),
      },
      {
        id: 'state',
        label: t('runs.column.state'),
        cell: run => (
          <Cell>
            <RunStateLabel state={run.state} />
          </Cell>
        ),
      },
      {
        id: 'what',
        label: t('runs.column.what'),
        cell: run => (
          <CellText
            title={t(`runs.kind.${run.kind}`)}
            description={run.hostKind && t(`kind.${run.hostKind}`)}
          />
        ),
      },
      {
        id: 'environment',
        label: t('runs.column.environment'),
        cell: run => <CellText title={run.environment || '—'} />,
      },
      {
        id: 'who',
        label: t('runs.column.who'),
        cell: run => <CellText title={refName(run.requestedBy)} />,
      },
      {
        id: 'door',
        label: t('runs.column.door'),
        cell: run => (
          <Cell>
            <DoorLabel run={run} />
          </Cell>
        ),
      },
      {
        id: 'when',
        label: t('runs.column.when'),
        cell: run => (
          <Cell>
            <Text>
              <Age at={run.startedAt ?? run.createdAt} />
            </Text>
          </Cell>
        ),
      },
      {
        id: 'duration',
        label: t('runs.column.duration'),
        cell: run => (
          <Cell>
            <Text>
              <Duration run={run} />
            </Text>
          </Cell>
        ),
      },
    ],
    [t, links],
  );
}

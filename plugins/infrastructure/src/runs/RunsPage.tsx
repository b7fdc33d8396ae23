import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  ButtonLink,
  Container,
  Flex,
  Header,
  Select,
  Table,
  Text,
  ToggleButton,
  ToggleButtonGroup,
  useTable,
} from '@backstage/ui';
import { type RunDocument, type RunKind, runKindSchema } from '@nante/model';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { useLive } from '../hooks/useLive';
import { useLinks, useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunsPage.module.css';
import { useColumns } from './columns';

const LOOK_MS = 10_000;
const states = ['', 'running', 'failed', 'cancelled', 'succeeded'] as const;

const deliveries: RunKind[] = [
  'create-project',
  'release',
  'deploy',
  'rollback',
  'deploy-docker',
  'deploy-k8s',
];
const artifacts: RunKind[] = ['publish', 'create-repository'];
const repositories: RunKind[] = ['set-up-repository', 'propose-change'];
const ofApps = [...deliveries, ...artifacts, ...repositories];
/** Kinds of runs by what they are about. */
const kindsOf = {
  all: [],
  hosts: runKindSchema.options.filter(kind => !ofApps.includes(kind)),
  deployments: deliveries,
  artifacts,
  repositories,
} satisfies Record<string, RunKind[]>;
const abouts = Object.keys(kindsOf) as (keyof typeof kindsOf)[];
const doors = ['portal', 'workflow', 'cli'] as const;
/** Filters that let everything through. */
const nothing = { state: '', about: '', door: '' };
/** Key of "all" in a choice: the library takes no empty ones. */
const ANY = 'any';

/** What was done, by whom, with which end; newest first. */
export function RunsPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const columns = useColumns();
  const setQuery = useSetQuery();
  const [state, setState] = useQueryValue('state');
  const [whose, setWhose] = useQueryValue('whose');
  const [about, setAbout] = useQueryValue('about');
  const [door, setDoor] = useQueryValue('door');
  const everyone = whose === 'everyone';
  const kind = kindsOf[abouts.find(name => name === about) ?? 'all'].join(',');
  const load = useCallback(
    (signal: AbortSignal) =>
      api.listRuns(
        {
          mine: everyone ? undefined : true,
          state: state || undefined,
          kind: kind || undefined,
          door: door || undefined,
        },
        signal,
      ),
    [api, everyone, state, kind, door],
  );
  const { data, error, updatedAt, reload } = useLive(load, {
    intervalMs: LOOK_MS,
    signal: { kind: 'run' },
  });
  const { tableProps } = useTable({
    mode: 'complete',
    data: data?.runs,
    paginationOptions: { pageSize: 20 },
  });

  const filtered = Boolean(state || about || door);
  const nothingYet = everyone ? 'runs.empty' : 'runs.emptyMine';
  const nothingFound = filtered ? 'runs.noMatch' : nothingYet;
  return (
    <>
      <Header
        title={t('runs.table')}
        customActions={<Freshness updatedAt={updatedAt} onRefresh={reload} />}
      />
      <Container>
        <div className={styles.toolbar}>
          <ToggleButtonGroup
            aria-label={t('runs.whose')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[everyone ? 'everyone' : 'mine']}
            onSelectionChange={keys =>
              setWhose([...keys][0] === 'everyone' ? 'everyone' : '')
            }
          >
            <ToggleButton id="mine">{t('runs.mine')}</ToggleButton>
            <ToggleButton id="everyone">{t('runs.everyone')}</ToggleButton>
          </ToggleButtonGroup>
          <ToggleButtonGroup
            aria-label={t('runs.filter')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[state || 'all']}
            onSelectionChange={keys => {
              const [key] = [...keys];
              setState(key === 'all' ? '' : String(key));
            }}
          >
            {states.map(value => (
              <ToggleButton key={value || 'all'} id={value || 'all'}>
                {t(`runs.${value || 'all'}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
          <ToggleButtonGroup
            aria-label={t('runs.about')}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[about || 'all']}
            onSelectionChange={keys => {
              const [key] = [...keys];
              setAbout(key === 'all' ? '' : String(key));
            }}
          >
            {abouts.map(name => (
              <ToggleButton key={name} id={name}>
                {t(`runs.kinds.${name}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
          <Select
            className={styles.select}
            aria-label={t('runs.column.door')}
            value={door || ANY}
            options={[
              { value: ANY, label: t('runs.anyDoor') },
              ...doors.map(value => ({
                value,
                label: t(`run.doors.${value}`),
              })),
            ]}
            onChange={key => setDoor(key === ANY ? '' : String(key))}
          />
        </div>
        {error && !data ? (
          <Problem
            error={error}
            permission={runReadPermission.name}
            onRetry={reload}
          />
        ) : (
          <Table<RunDocument>
            {...tableProps}
            isPending={!data}
            columnConfig={columns}
            rowConfig={{ getHref: run => links.run(run.id) }}
            emptyState={
              <Flex direction="column" align="center" gap="3" p="6">
                <Text>{t(nothingFound)}</Text>
                <Flex gap="3">
                  {(filtered || !everyone) && (
                    <Button
                      size="small"
                      variant="secondary"
                      onPress={() =>
                        setQuery({ ...nothing, whose: 'everyone' })
                      }
                    >
                      {t(filtered ? 'runs.clear' : 'runs.showEveryone')}
                    </Button>
                  )}
                  {!filtered && (
                    <ButtonLink size="small" href={links.create()}>
                      {t('runs.create')}
                    </ButtonLink>
                  )}
                </Flex>
              </Flex>
            }
          />
        )}
      </Container>
    </>
  );
}

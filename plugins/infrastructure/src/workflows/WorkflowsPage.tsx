import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  ButtonLink,
  Container,
  Header,
  Link,
  SearchField,
  Select,
  Skeleton,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import {
  type WorkflowFleetResponse,
  pipelineReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useMemo } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { SourceBanners } from '../components/SourceBanners';
import { refName } from '../components/format';
import { useLive } from '../hooks/useLive';
import { useLinks, useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { FleetTable } from './FleetTable';
import styles from './Workflows.module.css';
import { filterFleet, fleetStates } from './filterFleet';

/** Milliseconds between two looks: versions move with pull requests, not by the second. */
const LOOK_MS = 60_000;
/** Key of "all" in a choice: the library takes no empty ones. */
const ANY = 'any';

/** Filters of the fleet, kept in the address. */
function useFleetFilters() {
  const setQuery = useSetQuery();
  const [state, setState] = useQueryValue('state');
  const [owner, setOwner] = useQueryValue('owner');
  const [search, setSearch] = useQueryValue('search');
  const query = useMemo(
    () => ({ state, owner, search }),
    [state, owner, search],
  );
  return {
    query,
    setState,
    setOwner,
    setSearch,
    clear: () => setQuery({ state: '', owner: '', search: '' }),
  };
}

type Filters = ReturnType<typeof useFleetFilters>;

function Toolbar(props: { data: WorkflowFleetResponse; filters: Filters }) {
  const { data, filters } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const owners = useMemo(
    () =>
      [...new Set(data.repositories.flatMap(({ owner }) => owner ?? []))]
        .map(value => ({ value, label: refName(value) }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [data],
  );
  const counts = useMemo(() => {
    const map = new Map<string, number>();
    for (const { state } of data.repositories) {
      map.set(state, (map.get(state) ?? 0) + 1);
    }
    return map;
  }, [data]);
  const shown = fleetStates.filter(
    state => counts.has(state) || state === filters.query.state,
  );
  return (
    <div className={styles.toolbar}>
      <ToggleButtonGroup
        aria-label={t('workflows.filter.state')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[filters.query.state || ANY]}
        onSelectionChange={keys => {
          const [key] = [...keys];
          filters.setState(key === ANY ? '' : String(key));
        }}
      >
        {[
          <ToggleButton key={ANY} id={ANY}>
            {`${t('workflows.filter.all')} (${data.repositories.length})`}
          </ToggleButton>,
          ...shown.map(state => (
            <ToggleButton key={state} id={state}>
              {`${t(`pipeline.use.${state}`)} (${counts.get(state) ?? 0})`}
            </ToggleButton>
          )),
        ]}
      </ToggleButtonGroup>
      <Select
        className={styles.select}
        aria-label={t('workflows.filter.owner')}
        value={filters.query.owner || ANY}
        options={[
          { value: ANY, label: t('workflows.filter.anyOwner') },
          ...owners,
        ]}
        onChange={key => filters.setOwner(key === ANY ? '' : String(key))}
      />
      <SearchField
        className={styles.search}
        size="small"
        aria-label={t('workflows.filter.search')}
        placeholder={t('workflows.filter.search')}
        value={filters.query.search}
        onChange={filters.setSearch}
      />
    </div>
  );
}

function Fleet(props: { data: WorkflowFleetResponse; onRaised(): void }) {
  const { data } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const filters = useFleetFilters();
  const shown = useMemo(
    () => filterFleet(data.repositories, filters.query),
    [data, filters.query],
  );
  if (data.repositories.length === 0) {
    return data.sources.length === 0 ? (
      <Alert
        status="info"
        icon
        title={t('workflows.notConfigured')}
        description={t('workflows.notConfiguredWhat')}
      />
    ) : (
      <div className={styles.empty}>
        <Text as="p" weight="bold">
          {t('workflows.empty')}
        </Text>
        <Text as="p">{t('workflows.emptyWhat')}</Text>
        <ButtonLink href={links.template('add-pipeline')}>
          {t('workflows.create')}
        </ButtonLink>
      </div>
    );
  }
  return (
    <>
      <Toolbar data={data} filters={filters} />
      {shown.length === 0 ? (
        <div className={styles.empty}>
          <Text as="p">{t('workflows.noMatch')}</Text>
          <Button variant="secondary" onPress={filters.clear}>
            {t('workflows.clear')}
          </Button>
        </div>
      ) : (
        <FleetTable
          repositories={shown}
          changes={data.changes}
          onRaised={props.onRaised}
        />
      )}
    </>
  );
}

/** Which repository calls which version of our workflows, and the pull request that raises it. */
export function WorkflowsPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const load = useCallback(
    (signal: AbortSignal) => api.getWorkflowFleet(signal),
    [api],
  );
  const { data, error, updatedAt, reload } = useLive(load, {
    intervalMs: LOOK_MS,
  });
  const body = () => {
    if (data) return <Fleet data={data} onRaised={reload} />;
    return error ? (
      <Problem
        error={error}
        permission={pipelineReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <div role="status" aria-busy="true">
        <Skeleton width="100%" height={320} />
      </div>
    );
  };
  return (
    <>
      <Header
        title={t('workflows.title')}
        metadata={
          data && [
            ...(data.current
              ? [
                  {
                    label: t('workflows.current'),
                    value: (
                      <Link
                        href={data.current.url}
                        target="_blank"
                        rel="noopener noreferrer"
                      >
                        {data.current.version}
                      </Link>
                    ),
                  },
                ]
              : []),
            {
              label: t('workflows.repositories'),
              value: String(data.repositories.length),
            },
          ]
        }
        customActions={<Freshness updatedAt={updatedAt} onRefresh={reload} />}
      />
      <Container>
        <SourceBanners
          sources={data?.sources ?? []}
          error={error}
          updatedAt={updatedAt}
        />
        <Text as="p" color="secondary" className={styles.lead}>
          {t('workflows.what')}
        </Text>
        {body()}
      </Container>
    </>
  );
}

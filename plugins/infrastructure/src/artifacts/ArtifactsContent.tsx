import { stringifyEntityRef } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  Alert,
  Button,
  Checkbox,
  SearchField,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import { artifactFormatSchema } from '@nante/model';
import {
  type ArtifactsResponse,
  artifactReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { SourceBanners } from '../components/SourceBanners';
import { ActionDialog } from '../deployments/ActionDialog';
import type { Intent } from '../deployments/actions';
import { useLater } from '../hooks/useLater';
import { useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './ArtifactsContent.module.css';
import { Annotation, NothingYet } from './NothingYet';
import { type UsageOf, UsageDialog } from './UsageDialog';
import { VersionsTable } from './VersionsTable';
import { type Artifacts, useArtifacts } from './useArtifacts';

/** Milliseconds after the last letter until the backend is asked. */
const TYPED_MS = 300;
const ANY = 'any';

/** Search, format, and whether only what runs somewhere is shown; kept in the address. */
function useFilters() {
  const setQuery = useSetQuery();
  const [search, setSearch] = useQueryValue('search');
  const [format, setFormat] = useQueryValue('format');
  const [deployed, setDeployed] = useQueryValue('deployed');
  return {
    search,
    setSearch,
    format,
    setFormat,
    deployed: deployed === 'yes',
    setDeployed: (on: boolean) => setDeployed(on ? 'yes' : ''),
    any: Boolean(search || format || deployed),
    clear: () => setQuery({ search: '', format: '', deployed: '' }),
  };
}

function Toolbar({ filters }: { filters: ReturnType<typeof useFilters> }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <>
      <SearchField
        className={styles.search}
        size="small"
        aria-label={t('artifacts.filter.search')}
        placeholder={t('artifacts.filter.search')}
        value={filters.search}
        onChange={filters.setSearch}
      />
      <Select
        className={styles.select}
        aria-label={t('artifacts.filter.format')}
        value={filters.format || ANY}
        options={[
          { value: ANY, label: t('artifacts.filter.any') },
          ...artifactFormatSchema.options.map(value => ({
            value,
            label: t(`artifacts.format.${value}`),
          })),
        ]}
        onChange={key => filters.setFormat(key === ANY ? '' : String(key))}
      />
      <Checkbox isSelected={filters.deployed} onChange={filters.setDeployed}>
        {t('artifacts.filter.deployed')}
      </Checkbox>
    </>
  );
}

function More({ artifacts }: { artifacts: Artifacts }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.foot}>
      {artifacts.data?.next ? (
        <Button
          variant="secondary"
          isPending={artifacts.isLoadingMore}
          onPress={artifacts.more}
        >
          {t('artifacts.more')}
        </Button>
      ) : (
        <Text color="secondary">{t('artifacts.end')}</Text>
      )}
      {artifacts.moreError && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('artifacts.moreFailed')}
          description={artifacts.moreError.message}
        />
      )}
    </div>
  );
}

/** Why no release can be made of these versions, where there is a project. */
function ReleaseReason({ data }: { data: ArtifactsResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { release } = data.project ?? {};
  if (!release || release.allowed || !release.reason) return null;
  return (
    <Text as="p" color="secondary">
      {t('artifacts.mayNotRelease', { reason: release.reason })}
    </Text>
  );
}

/** What a component's builds published, version by version, and where each of them is. */
export function ArtifactsContent() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { entity } = useEntity();
  const filters = useFilters();
  const text = useLater(filters.search, TYPED_MS);
  const [usage, setUsage] = useState<UsageOf>();
  const [intent, setIntent] = useState<Intent>();
  const artifacts = useArtifacts({
    entityRef: stringifyEntityRef(entity),
    text: text || undefined,
    format: filters.format || undefined,
    deployed: filters.deployed || undefined,
  });
  const { data, error, updatedAt, reload, gone } = artifacts;

  const table = () => {
    if (!data) {
      return (
        <div role="status" aria-busy="true">
          <Skeleton height={320} />
        </div>
      );
    }
    if (data.versions.length === 0) {
      return filters.any ? (
        <div className={styles.stack}>
          <Text as="p">{t('artifacts.noMatch')}</Text>
          <Button variant="secondary" onPress={filters.clear}>
            {t('artifacts.clear')}
          </Button>
        </div>
      ) : (
        <NothingYet entity={entity} found={data.found} />
      );
    }
    const { project } = data;
    return (
      <>
        {data.found === 'convention' && (
          <Alert
            status="info"
            icon
            mb="3"
            title={t('artifacts.convention')}
            description={<Annotation example={data.versions[0]} />}
          />
        )}
        <ReleaseReason data={data} />
        <VersionsTable
          versions={data.versions}
          onUsage={setUsage}
          onRelease={
            project?.release?.allowed
              ? version =>
                  setIntent({
                    kind: 'release',
                    connection: project.connection,
                    project,
                    version,
                  })
              : undefined
          }
        />
        <More artifacts={artifacts} />
      </>
    );
  };

  if (!data && error) {
    return (
      <Problem
        error={error}
        permission={artifactReadPermission.name}
        onRetry={reload}
      />
    );
  }
  return (
    <div data-nante="artifacts">
      <SourceBanners
        sources={data?.sources ?? []}
        error={error}
        updatedAt={updatedAt}
      />
      {gone.length > 0 && (
        <Alert
          role="status"
          status="warning"
          icon
          mb="3"
          title={t('artifacts.gone', {
            count: gone.length,
            versions: gone.join(', '),
          })}
        />
      )}
      <div className={styles.toolbar}>
        <Toolbar filters={filters} />
        <Freshness updatedAt={updatedAt} onRefresh={reload} />
      </div>
      {table()}
      <UsageDialog usage={usage} onClose={() => setUsage(undefined)} />
      <ActionDialog intent={intent} onClose={() => setIntent(undefined)} />
    </div>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Container,
  Flex,
  Header,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import { runKindSchema } from '@nante/model';
import {
  type ActivityEntry,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useEffect, useMemo, useState } from 'react';
import { Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { SourceBanners } from '../components/SourceBanners';
import { refName } from '../components/format';
import { useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Activity.module.css';
import { ActivityList } from './ActivityList';
import { ExportButtons } from './ExportButtons';
import { useActivity } from './useActivity';

const ANY = 'any';
const sources = ['run', 'octopus', 'proxmox'] as const;

/** Values that were seen so far, so that a filter offers more than what it lets through. */
function useSeen(
  entries: ActivityEntry[] | undefined,
  of: 'kind' | 'actor' | 'environment',
  chosen: string,
): string[] {
  const [seen, setSeen] = useState<string[]>([]);
  useEffect(() => {
    const values = (entries ?? []).flatMap(entry => entry[of] || []);
    setSeen(old => {
      const all = new Set([...old, ...values]);
      return all.size === old.length ? old : [...all].sort();
    });
  }, [entries, of]);
  return useMemo(
    () => (chosen && !seen.includes(chosen) ? [...seen, chosen] : seen),
    [seen, chosen],
  );
}

function Filter(props: {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange(value: string): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Select
      className={styles.select}
      label={props.label}
      value={props.value || ANY}
      options={[
        { value: ANY, label: t('activity.filter.any') },
        ...props.options,
      ]}
      onChange={key => props.onChange(key === ANY ? '' : String(key))}
    />
  );
}

/** Who did what, with which result, in everything that this portal drives. */
export function ActivityPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const setQuery = useSetQuery();
  const [source, setSource] = useQueryValue('source');
  const [kind, setKind] = useQueryValue('kind');
  const [actor, setActor] = useQueryValue('actor');
  const [environment, setEnvironment] = useQueryValue('environment');
  const query = useMemo(
    () => ({
      source: source || undefined,
      kind: kind || undefined,
      actor: actor || undefined,
      environment: environment || undefined,
    }),
    [source, kind, actor, environment],
  );
  const activity = useActivity(query);
  const { data, error, updatedAt, reload } = activity;
  const kinds = useSeen(data?.entries, 'kind', kind);
  const actors = useSeen(data?.entries, 'actor', actor);
  const environments = useSeen(data?.entries, 'environment', environment);
  const same = (value: string) => ({ value, label: value });
  const filtered = Boolean(source || kind || actor || environment);

  const feed = () => {
    if (!data) {
      return (
        <div role="status" aria-busy="true">
          <Skeleton height={320} />
        </div>
      );
    }
    if (data.entries.length === 0) {
      return (
        <div className={styles.empty}>
          <Text as="p">
            {t(filtered ? 'activity.noMatch' : 'activity.empty')}
          </Text>
          {filtered && (
            <Button
              variant="secondary"
              onPress={() =>
                setQuery({ source: '', kind: '', actor: '', environment: '' })
              }
            >
              {t('activity.clear')}
            </Button>
          )}
        </div>
      );
    }
    return (
      <>
        <ActivityList entries={data.entries} heading="h2" />
        <div className={styles.foot}>
          {data.next ? (
            <Button
              variant="secondary"
              isPending={activity.isLoadingMore}
              onPress={activity.more}
            >
              {t('activity.more')}
            </Button>
          ) : (
            <Text color="secondary">{t('activity.end')}</Text>
          )}
          {activity.moreError && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('activity.moreFailed')}
              description={activity.moreError.message}
            />
          )}
        </div>
      </>
    );
  };

  return (
    <>
      <Header
        title={t('activity.title')}
        customActions={
          <Flex gap="3" align="center">
            <Freshness updatedAt={updatedAt} onRefresh={reload} />
            <ExportButtons query={query} />
          </Flex>
        }
      />
      <Container>
        {error && !data ? (
          <Problem
            error={error}
            permission={runReadPermission.name}
            onRetry={reload}
          />
        ) : (
          <>
            <SourceBanners
              sources={data?.sources ?? []}
              error={error}
              updatedAt={updatedAt}
            />
            <Text as="p" color="secondary" className={styles.lead}>
              {t('activity.what')}
            </Text>
            <div className={styles.toolbar}>
              <Filter
                label={t('activity.filter.source')}
                value={source}
                options={sources.map(value => ({
                  value,
                  label: t(`activity.source.${value}`),
                }))}
                onChange={setSource}
              />
              <Filter
                label={t('activity.filter.kind')}
                value={kind}
                options={kinds.map(value => {
                  const known = runKindSchema.safeParse(value).data;
                  return {
                    value,
                    label: known ? t(`runs.kind.${known}`) : value,
                  };
                })}
                onChange={setKind}
              />
              <Filter
                label={t('activity.filter.actor')}
                value={actor}
                options={actors.map(value => ({
                  value,
                  label: refName(value),
                }))}
                onChange={setActor}
              />
              <Filter
                label={t('activity.filter.environment')}
                value={environment}
                options={environments.map(same)}
                onChange={setEnvironment}
              />
            </div>
            {feed()}
          </>
        )}
      </Container>
    </>
  );
}

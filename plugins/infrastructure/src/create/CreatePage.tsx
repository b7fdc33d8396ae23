import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  catalogApiRef,
  useStarredEntities,
} from '@backstage/plugin-catalog-react';
import {
  Button,
  Checkbox,
  Container,
  SearchField,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import type { TemplateDurationsResponse } from '@nante/plugin-infrastructure-common';
import { useCallback, useMemo } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { CopyText } from '../components/CopyText';
import { Problem } from '../components/Problem';
import { useLive } from '../hooks/useLive';
import { useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Create.module.css';
import { TemplateCard } from './TemplateCard';
import {
  type TemplateCardData,
  filterTemplates,
  readTemplate,
  templateGroups,
} from './templates';
import { useTemplateRights } from './useTemplateRights';

/** Templates and medians of durations change by the day. */
const LOOK_MS = 60_000;
/** Key of "all" in a choice: the library takes no empty ones. */
const ANY = 'any';

/** All templates of the catalog that the person may see. */
function useTemplates() {
  const catalog = useApi(catalogApiRef);
  const load = useCallback(async () => {
    const templates: TemplateCardData[] = [];
    let cursor: string | undefined;
    do {
      const page = await catalog.queryEntities(
        cursor ? { cursor } : { filter: { kind: 'Template' }, limit: 200 },
      );
      templates.push(...page.items.map(readTemplate));
      cursor = page.pageInfo.nextCursor;
    } while (cursor);
    return templates;
  }, [catalog]);
  return useLive(load, { intervalMs: LOOK_MS });
}

/** How long templates usually take; without an answer the cards stay silent about it. */
function useDurations(): TemplateDurationsResponse {
  const api = useApi(infrastructureApiRef);
  const load = useCallback(
    (signal: AbortSignal) => api.getTemplateDurations(signal),
    [api],
  );
  return useLive(load, { intervalMs: LOOK_MS }).data ?? {};
}

/** Filters of the page, kept in the address. */
function useFilters() {
  const setQuery = useSetQuery();
  const [search, setSearch] = useQueryValue('search');
  const [tag, setTag] = useQueryValue('tag');
  const [starred, setStarred] = useQueryValue('starred');
  return {
    ...{ search, setSearch, tag, setTag },
    starred: starred === 'yes',
    setStarred: (on: boolean) => setStarred(on ? 'yes' : ''),
    clear: () => setQuery({ search: '', tag: '', starred: '' }),
  };
}

function Toolbar(props: {
  templates: TemplateCardData[];
  filters: ReturnType<typeof useFilters>;
}) {
  const { filters, templates } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const tags = useMemo(
    () => [...new Set(templates.flatMap(template => template.tags))].sort(),
    [templates],
  );
  return (
    <div className={styles.toolbar}>
      <SearchField
        className={styles.search}
        size="small"
        aria-label={t('create.search')}
        placeholder={t('create.search')}
        value={filters.search}
        onChange={filters.setSearch}
      />
      <Select
        className={styles.select}
        aria-label={t('create.tag')}
        value={filters.tag || ANY}
        options={[
          { value: ANY, label: t('create.anyTag') },
          ...tags.map(tag => ({ value: tag, label: tag })),
        ]}
        onChange={key => filters.setTag(key === ANY ? '' : String(key))}
      />
      <Checkbox isSelected={filters.starred} onChange={filters.setStarred}>
        {t('create.starred')}
      </Checkbox>
    </div>
  );
}

function Templates({ templates }: { templates: TemplateCardData[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const durations = useDurations();
  const filters = useFilters();
  const lacks = useTemplateRights();
  const { isStarredEntity, toggleStarredEntity } = useStarredEntities();
  const shown = filterTemplates(templates, filters).filter(
    ({ ref }) => !filters.starred || isStarredEntity(ref),
  );
  if (templates.length === 0) {
    return (
      <div className={styles.empty}>
        <Text as="p" weight="bold">
          {t('create.empty')}
        </Text>
        <Text as="p">{t('create.emptyWhat')}</Text>
        <CopyText
          text="target: ../../templates/templates.yaml"
          what={t('create.location')}
        />
      </div>
    );
  }
  const section = (
    key: string,
    title: string,
    what: string,
    cards: TemplateCardData[],
  ) =>
    cards.length > 0 && (
      <section key={key} aria-label={title}>
        <div className={styles.groupHead}>
          <Text as="h2" variant="title-small" weight="bold">
            {title}
          </Text>
          <Text color="secondary">{what}</Text>
        </div>
        <div className={styles.cards}>
          {cards.map(template => (
            <TemplateCard
              key={template.ref}
              template={template}
              measured={durations[template.name]}
              isStarred={isStarredEntity(template.ref)}
              lacks={lacks(template.group)}
              onStar={() => toggleStarredEntity(template.ref)}
            />
          ))}
        </div>
      </section>
    );
  // Starred ones come first, and once.
  const starred = shown.filter(({ ref }) => isStarredEntity(ref));
  return (
    <>
      <Toolbar templates={templates} filters={filters} />
      {shown.length === 0 ? (
        <div className={styles.empty}>
          <Text as="p">{t('create.noMatch')}</Text>
          <Button variant="secondary" onPress={filters.clear}>
            {t('create.clear')}
          </Button>
        </div>
      ) : (
        <div className={styles.groups}>
          {section('starred', t('create.starredGroup'), '', starred)}
          {templateGroups.map(group =>
            section(
              group,
              t(`create.group.${group}`),
              t(`create.groupWhat.${group}`),
              shown.filter(
                template =>
                  template.group === group && !starred.includes(template),
              ),
            ),
          )}
        </div>
      )}
    </>
  );
}

/** What can be requested, by what it is about; each card says what it makes and how long that takes. */
export function CreatePage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data, error, reload } = useTemplates();
  const body = () => {
    if (data) return <Templates templates={data} />;
    return error ? (
      <Problem
        error={error}
        permission="catalog.entity.read"
        onRetry={reload}
      />
    ) : (
      <div role="status" aria-busy="true">
        <Skeleton width="100%" height={420} />
      </div>
    );
  };
  return (
    <div data-nante="create">
      <Container>
        <Text as="p" color="secondary">
          {t('create.what')}
        </Text>
        {body()}
      </Container>
    </div>
  );
}

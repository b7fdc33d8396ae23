import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Checkbox,
  SearchField,
  Select,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import type { DeploymentMatrixResponse } from '@nante/plugin-infrastructure-common';
import { useMemo } from 'react';
import { refName } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './DeploymentsPage.module.css';
import type { MatrixFilters } from './useMatrixFilters';

/** Key of "all" in a choice: the library takes no empty ones. */
const ANY = 'any';

/** Two words of which one is chosen. */
function Toggle<A extends string, B extends string>(props: {
  label: string;
  value: A | B;
  options: [[A, string], [B, string]];
  onChange(value: A | B): void;
}) {
  return (
    <ToggleButtonGroup
      aria-label={props.label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={keys => props.onChange([...keys][0] as A | B)}
    >
      {props.options.map(([id, word]) => (
        <ToggleButton key={id} id={id}>
          {word}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** Filters of the matrix; all of them are kept in the address. */
export function DeploymentsToolbar(props: {
  data?: DeploymentMatrixResponse;
  filters: MatrixFilters;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data, filters } = props;
  const owners = useMemo(() => {
    const refs = new Set(data?.projects.flatMap(({ owner }) => owner ?? []));
    return [...refs]
      .map(value => ({ value, label: refName(value) }))
      .sort((a, b) => a.label.localeCompare(b.label));
  }, [data]);
  const environments = useMemo(
    () =>
      [...new Set(data?.environments.map(({ name }) => name))].map(name => ({
        value: name,
        label: name,
      })),
    [data],
  );
  return (
    <div className={styles.toolbar}>
      <Toggle
        label={t('deployments.filter.whose')}
        value={filters.query.mine ? 'mine' : 'everyone'}
        options={[
          ['mine', t('deployments.filter.mine')],
          ['everyone', t('deployments.filter.everyone')],
        ]}
        onChange={value => filters.setMine(value === 'mine')}
      />
      <Toggle
        label={t('deployments.filter.show')}
        value={filters.successful ? 'successful' : 'attempted'}
        options={[
          ['attempted', t('deployments.filter.attempted')],
          ['successful', t('deployments.filter.successful')],
        ]}
        onChange={value => filters.setSuccessful(value === 'successful')}
      />
      <Toggle
        label={t('deployments.filter.by')}
        value={filters.by}
        options={[
          ['group', t('deployments.filter.group')],
          ['owner', t('deployments.filter.owner')],
        ]}
        onChange={filters.setBy}
      />
      <Select
        className={styles.select}
        aria-label={t('deployments.filter.owner')}
        value={filters.query.owner || ANY}
        options={[
          { value: ANY, label: t('deployments.filter.anyOwner') },
          ...owners,
        ]}
        onChange={key => filters.setOwner(key === ANY ? '' : String(key))}
      />
      <Select
        className={styles.select}
        aria-label={t('deployments.filter.environment')}
        value={filters.query.environment || ANY}
        options={[
          { value: ANY, label: t('deployments.filter.anyEnvironment') },
          ...environments,
        ]}
        onChange={key => filters.setEnvironment(key === ANY ? '' : String(key))}
      />
      <Checkbox
        isSelected={filters.query.failing}
        onChange={filters.setFailing}
      >
        {t('deployments.filter.failing')}
      </Checkbox>
      <SearchField
        className={styles.search}
        size="small"
        aria-label={t('deployments.filter.search')}
        placeholder={t('deployments.filter.search')}
        value={filters.query.search}
        onChange={filters.setSearch}
      />
    </div>
  );
}

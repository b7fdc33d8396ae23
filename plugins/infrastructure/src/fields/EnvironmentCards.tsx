import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Skeleton, Text } from '@backstage/ui';
import type { HostKind } from '@nante/model';
import { useCallback, useEffect } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import { useLoaded } from './useLoaded';

/** The environments as cards: VLAN, subnet, and who may use them. The only one that is allowed is chosen by itself. */
export function EnvironmentCards(props: {
  kind: HostKind;
  value?: string;
  label?: string;
  onChange(environment: string): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { kind, value, onChange } = props;
  const load = useCallback(
    (signal: AbortSignal) => api.listEnvironments(kind, signal),
    [api, kind],
  );
  const { data, error } = useLoaded(load);

  const allowed = data?.environments.filter(item => item.allowed) ?? [];
  const only = allowed.length === 1 ? allowed[0].name : undefined;
  useEffect(() => {
    if (only && !value) onChange(only);
  }, [only, value, onChange]);

  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.environment.failed')}
        description={error.message}
      />
    );
  }
  if (!data) return <Skeleton height={90} />;
  if (allowed.length === 0) {
    return <Text>{t('field.environment.none')}</Text>;
  }
  return (
    <ChoiceCards
      label={props.label ?? t('field.environment.label')}
      value={value}
      onChange={onChange}
      choices={data.environments.map(item => ({
        id: item.name,
        title: item.title,
        lines: [
          item.vlan === null
            ? t('field.environment.untagged')
            : t('field.environment.vlan', { vlan: String(item.vlan) }),
          item.subnet,
        ],
        reason: item.allowed ? undefined : t('field.environment.restricted'),
      }))}
    />
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Skeleton, Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import type { ReactNode } from 'react';
import { infrastructureTranslationRef } from '../translation';
import { useChosenHost } from './useChosenHost';

/** Shows a part of a form as soon as the host that was chosen beside it is known; until then, what is missing. */
export function HostGate(props: {
  formData: unknown;
  children: (host: HostDetail) => ReactNode;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { chosen, data, error } = useChosenHost(props.formData);
  if (!chosen) return <Text color="secondary">{t('field.host.first')}</Text>;
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.host.unknown')}
        description={error.message}
      />
    );
  }
  if (!data) return <Skeleton height={90} />;
  return <>{props.children(data)}</>;
}

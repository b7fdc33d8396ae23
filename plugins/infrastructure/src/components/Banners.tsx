import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { ReactNode } from 'react';
import { infrastructureTranslationRef } from '../translation';
import { age } from './format';

/** What is to be said of one source of data. */
export interface Banner {
  key: string;
  status: 'info' | 'warning';
  title: string;
  description?: string;
  /** What a person may do about it. */
  actions?: ReactNode;
}

/** Slim banners, first that the portal itself doesn't answer any more; the data stays below them. */
export function Banners(props: {
  banners: Banner[];
  /** Set when the portal itself doesn't answer any more. */
  error?: Error;
  updatedAt?: number;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <>
      {props.error && props.updatedAt !== undefined && (
        <Alert
          status="warning"
          icon
          mb="3"
          title={t('freshness.failed', {
            age: age(Date.now() - props.updatedAt),
          })}
          description={props.error.message}
        />
      )}
      {props.banners.map(({ key, status, title, description, actions }) => (
        <Alert
          key={key}
          status={status}
          icon
          mb="3"
          title={title}
          description={description}
          customActions={actions}
        />
      ))}
    </>
  );
}

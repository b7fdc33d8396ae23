import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { SourceAge } from '@nante/plugin-infrastructure-common';
import type { ReactNode } from 'react';
import { infrastructureTranslationRef } from '../translation';
import { type Banner, Banners } from './Banners';
import { clock } from './format';

/** One slim banner for each source that is down or not believed, with the age of what is shown; the data stays below it. */
export function SourceBanners(props: {
  sources: SourceAge[];
  /** Set when the portal itself doesn't answer any more. */
  error?: Error;
  updatedAt?: number;
  /** What a person may do about a source. */
  actions?(source: SourceAge): ReactNode;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const title = (source: SourceAge) => {
    const name = `“${source.connection}”`;
    if (!source.lastSuccessAt) return t('freshness.never', { name });
    return t(source.doubt ? 'freshness.doubted' : 'freshness.stale', {
      name,
      time: clock(source.lastSuccessAt),
    });
  };
  const banners = props.sources
    .filter(source => !source.ok || source.doubt)
    .map((source): Banner => ({
      key: source.connection,
      status: 'warning',
      title: title(source),
      description: source.error,
      actions: props.actions?.(source),
    }));
  const { error, updatedAt } = props;
  return <Banners {...{ banners, error, updatedAt }} />;
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import { age, clock } from './format';

/** An ISO time as its age, with the time itself as tooltip. */
export function Age({ at }: { at: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const now = useNow(1000);
  return (
    <time dateTime={at} title={clock(at)}>
      {t('host.ago', { age: age(now - Date.parse(at)) })}
    </time>
  );
}

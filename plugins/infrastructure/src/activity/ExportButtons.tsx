import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import {
  type ActivityQuery,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { download } from '../components/download';
import { infrastructureTranslationRef } from '../translation';
import { toCsv } from './entries';
import { allActivity } from './useActivity';

/** Hands what the filters find to the person as a file: all of it, not only what is on the page. */
export function ExportButtons({ query }: { query: ActivityQuery }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const toast = useApi(toastApiRef);
  const [busy, setBusy] = useState<'csv' | 'json'>();
  const write = async (format: 'csv' | 'json') => {
    setBusy(format);
    try {
      const { entries, isPart } = await allActivity(api, query);
      if (format === 'csv') {
        download(toCsv(entries), 'activity.csv', 'text/csv');
      } else {
        download(
          JSON.stringify(entries, null, 2),
          'activity.json',
          'application/json',
        );
      }
      if (isPart) {
        toast.post({
          title: t('activity.exportPart', {
            entries: String(entries.length),
          }),
          status: 'warning',
        });
      }
    } catch (error) {
      toast.post({
        title: t('activity.exportFailed'),
        description: error instanceof Error ? error.message : String(error),
        status: 'danger',
      });
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      {(['csv', 'json'] as const).map(format => (
        <Button
          key={format}
          size="small"
          variant="secondary"
          isPending={busy === format}
          isDisabled={busy !== undefined}
          onPress={() => write(format)}
        >
          {t(`activity.${format}`)}
        </Button>
      ))}
    </>
  );
}

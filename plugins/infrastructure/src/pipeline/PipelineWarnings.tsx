import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { PipelineResponse } from '@nante/plugin-infrastructure-common';
import { clock } from '../components/format';
import { infrastructureTranslationRef } from '../translation';

/** Banners about GitHub itself, and about runs that nothing runs. */
export function PipelineWarnings({ data }: { data: PipelineResponse }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <>
      {data.limitedUntil && (
        <Alert
          status="warning"
          icon
          mb="3"
          title={t('pipeline.limited', { time: clock(data.limitedUntil) })}
        />
      )}
      {data.runs
        .filter(({ waitsFor }) => waitsFor)
        .map(run => (
          <Alert
            key={run.id}
            status="warning"
            icon
            mb="3"
            title={t('pipeline.waitsFor', {
              run: `${run.workflow} #${run.number}`,
            })}
            description={run.waitsFor}
          />
        ))}
    </>
  );
}

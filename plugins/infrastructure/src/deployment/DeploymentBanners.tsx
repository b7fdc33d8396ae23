import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import { infrastructureTranslationRef } from '../translation';
import { InterventionCard } from './InterventionCard';
import { firstError } from './activities';

/** What is most worth knowing about it, above everything else. */
export function DeploymentBanners(props: {
  detail: DeploymentDetailResponse;
  error?: Error;
  goesOn: boolean;
  reload(): void;
}) {
  const { detail, goesOn, error } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const bad = detail.state === 'Failed' || detail.state === 'TimedOut';
  const found = firstError(detail.activities);
  return (
    <>
      {error && goesOn && (
        <Alert
          role="status"
          status="warning"
          isPending
          mb="3"
          title={t('deployment.reconnecting')}
          description={error.message}
        />
      )}
      {bad && (
        <Alert
          role="alert"
          status="danger"
          icon
          mb="4"
          title={t(
            detail.state === 'TimedOut'
              ? 'deployment.timedOut'
              : 'deployment.failed',
          )}
          description={found && `${t('deployment.failedWhat')}: ${found}`}
        />
      )}
      {detail.state === 'Queued' && detail.queuedBehind > 0 && (
        <Alert
          status="info"
          icon
          mb="3"
          title={t('deployment.queuedBehind', { count: detail.queuedBehind })}
        />
      )}
      {detail.interruptions.map(interruption => (
        <InterventionCard
          key={interruption.id}
          connection={detail.connection}
          deploymentId={detail.id}
          interruption={interruption}
          onAnswered={props.reload}
        />
      ))}
    </>
  );
}

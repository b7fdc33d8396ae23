import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import { infrastructureTranslationRef } from '../translation';

/** HTTP status of a failed answer; undefined when there was no answer. */
export function statusOf(error: Error): number | undefined {
  const { statusCode, response } = error as {
    statusCode?: number;
    response?: { status?: number };
  };
  return statusCode ?? response?.status;
}

export interface ProblemProps {
  error: Error;
  /** Permission that the page needs, named to whoever lacks it. */
  permission: string;
  onRetry(): void;
}

/** Why a page has nothing to show: no right, not there, or failed, each with what to do next. */
export function Problem({ error, permission, onRetry }: ProblemProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const status = statusOf(error);
  if (status === 403) {
    return (
      <Alert
        status="warning"
        icon
        m="4"
        title={t('problem.forbidden')}
        description={t('problem.forbiddenWhat', { permission })}
      />
    );
  }
  const details = `${new Date().toISOString()} ${window.location.pathname}\n${error.name}: ${error.message}`;
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      m="4"
      title={status === 404 ? t('problem.notFound') : t('problem.title')}
      description={error.message}
      customActions={
        <>
          <Button
            size="small"
            variant="tertiary"
            onPress={() => navigator.clipboard.writeText(details)}
          >
            {t('problem.copy')}
          </Button>
          <Button size="small" onPress={onRetry}>
            {t('problem.retry')}
          </Button>
        </>
      }
    />
  );
}

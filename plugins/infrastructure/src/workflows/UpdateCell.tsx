import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Link } from '@backstage/ui';
import type {
  FleetRepository,
  RaiseWorkflowsResponse,
} from '@nante/plugin-infrastructure-common';
import { RiGitPullRequestLine } from '@remixicon/react';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { useLinks } from '../navigation';
import { Outside } from '../run/PlaceCard';
import { infrastructureTranslationRef } from '../translation';
import styles from './Workflows.module.css';

/** The pull request that raises the version: open already, just asked for, or to be asked for by who may. */
export function UpdateCell(props: {
  repository: FleetRepository;
  onRaised(): void;
}) {
  const { connection, repository, pullRequest, state, mayRaise } =
    props.repository;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const [isBusy, setBusy] = useState(false);
  const [raised, setRaised] = useState<RaiseWorkflowsResponse>();
  const [error, setError] = useState<string>();

  const raise = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setRaised(await api.raiseWorkflows({ connection, repository }));
      props.onRaised();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };

  const run = raised && (
    <Link variant="body-small" href={links.run(raised.runId)}>
      {t('workflows.run')}
    </Link>
  );
  if (pullRequest) {
    return (
      <span className={styles.stack}>
        <Outside href={pullRequest.url}>
          {t('workflows.pullRequest', { number: String(pullRequest.number) })}
        </Outside>
        {run}
      </span>
    );
  }
  if (raised) {
    return (
      <span className={styles.stack}>
        {raised.pullRequestUrl && (
          <Outside href={raised.pullRequestUrl}>
            {t('workflows.proposed')}
          </Outside>
        )}
        {run}
      </span>
    );
  }
  if (state !== 'behind' && state !== 'floating') {
    return (
      <span className={styles.quiet}>
        {state === 'current' ? t('workflows.upToDate') : '—'}
      </span>
    );
  }
  return (
    <span className={styles.stack}>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiGitPullRequestLine />}
        isDisabled={!mayRaise.allowed}
        isPending={isBusy}
        aria-label={t('workflows.proposeOf', { repository })}
        onPress={raise}
      >
        {t('workflows.propose')}
      </Button>
      {!mayRaise.allowed && mayRaise.reason && (
        <span className={styles.quiet}>
          {t('workflows.mayNot', { reason: mayRaise.reason })}
        </span>
      )}
      {error && (
        <span role="alert">{`${t('workflows.failed')}: ${error}`}</span>
      )}
    </span>
  );
}

import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Link, Text } from '@backstage/ui';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Age } from '../components/Age';
import { RunStateLabel } from '../components/StateLabel';
import { useLive } from '../hooks/useLive';
import { useLinks } from '../navigation';
import { runTitle } from '../run/runTitle';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { Loaded } from './HomeCard';

const SHOWN = 5;
const LOOK_MS = 10_000;

/** The person's last runs, live. */
export function MyRuns() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const load = useCallback(
    (signal: AbortSignal) => api.listRuns({ mine: true, limit: SHOWN }, signal),
    [api],
  );
  const live = useLive(load, { intervalMs: LOOK_MS, signal: { kind: 'run' } });
  return (
    <Loaded live={live} permission={runReadPermission.name}>
      {({ runs }) =>
        runs.length === 0 ? (
          <div className={styles.empty}>
            <Text>{t('home.runs.empty')}</Text>
            <ButtonLink
              size="small"
              href={links.template('new-virtual-machine')}
            >
              {t('home.runs.create')}
            </ButtonLink>
          </div>
        ) : (
          <>
            <ul className={styles.rows}>
              {runs.slice(0, SHOWN).map(run => (
                <li key={run.id} className={`${styles.row} ${styles.runRow}`}>
                  <RunStateLabel state={run.state} />
                  <Link href={links.run(run.id)}>{runTitle(t, run)}</Link>
                  <span className={styles.quiet}>
                    <Age at={run.startedAt ?? run.createdAt} />
                  </span>
                </li>
              ))}
            </ul>
            <div className={styles.foot}>
              <Link href={links.runs()}>{t('home.runs.all')}</Link>
            </div>
          </>
        )
      }
    </Loaded>
  );
}

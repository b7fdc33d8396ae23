import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Link, Text } from '@backstage/ui';
import { hostReadPermission } from '@nante/plugin-infrastructure-common';
import { HealthLabel } from '../components/StateLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { Loaded } from './HomeCard';
import { useHome } from './useHome';

/** How many hosts of the person's groups are in which state. */
export function MyHosts() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const live = useHome();
  return (
    <Loaded live={live} permission={hostReadPermission.name}>
      {({ hosts }) =>
        hosts.length === 0 ? (
          <div className={styles.empty}>
            <Text>{t('home.hosts.empty')}</Text>
            <ButtonLink
              size="small"
              href={links.template('new-virtual-machine')}
            >
              {t('home.hosts.create')}
            </ButtonLink>
          </div>
        ) : (
          <>
            <ul className={`${styles.rows} ${styles.states}`}>
              {hosts.map(({ state, count }) => (
                <li key={state} className={styles.state}>
                  <span className={styles.number}>{count}</span>
                  <HealthLabel state={state} />
                </li>
              ))}
            </ul>
            <Link href={links.hosts()}>{t('home.hosts.all')}</Link>
          </>
        )
      }
    </Loaded>
  );
}

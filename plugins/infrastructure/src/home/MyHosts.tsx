import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Link, Text } from '@backstage/ui';
import {
  type HealthWord,
  hostReadPermission,
} from '@nante/plugin-infrastructure-common';
import { HealthLabel } from '../components/StateLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { Loaded } from './HomeCard';
import { useHome } from './useHome';

/** Worst first, as people read. */
const words: HealthWord[] = [
  'Failed',
  'Attention',
  'Unknown',
  'Waiting',
  'Stopped',
  'Running',
  'Healthy',
];

/** How many hosts of the person's groups are in which state. */
export function MyHosts() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const live = useHome();
  return (
    <Loaded live={live} permission={hostReadPermission.name}>
      {({ hosts }) => {
        const shown = words.flatMap(word => {
          const count = hosts.find(({ state }) => state === word)?.count ?? 0;
          return count > 0 ? [{ word, count }] : [];
        });
        return shown.length === 0 ? (
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
              {shown.map(({ word, count }) => (
                <li key={word} className={styles.state}>
                  <span className={styles.number}>{count}</span>
                  <HealthLabel state={word} />
                </li>
              ))}
            </ul>
            <Link href={links.hosts()}>{t('home.hosts.all')}</Link>
          </>
        );
      }}
    </Loaded>
  );
}

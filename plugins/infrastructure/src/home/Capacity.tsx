import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { hostReadPermission } from '@nante/plugin-infrastructure-common';
import { Meter } from '../components/Meter';
import { bytes } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { Loaded } from './HomeCard';
import { useHome } from './useHome';

function part(used: number, total: number): number | undefined {
  return total > 0 ? used / total : undefined;
}

/** What is free on each cluster; the bars are what is used. */
export function Capacity() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const live = useHome();
  const free = (used: number, total: number) =>
    t('home.capacity.bytes', {
      free: bytes(Math.max(0, total - used)),
      total: bytes(total),
    });
  return (
    <Loaded live={live} permission={hostReadPermission.name}>
      {({ capacity }) =>
        capacity.length === 0 ? (
          <Text>{t('home.capacity.empty')}</Text>
        ) : (
          <div className={styles.clusters}>
            {capacity.map(cluster => (
              <div key={cluster.connection} className={styles.cluster}>
                <strong>{cluster.connection}</strong>
                <Meter
                  label={t('meter.cpu')}
                  showLabel
                  part={part(cluster.cpuUsed, cluster.cpuTotal)}
                  text={t('home.capacity.cpu', {
                    free: String(
                      Math.round((cluster.cpuTotal - cluster.cpuUsed) * 10) /
                        10,
                    ),
                    total: String(cluster.cpuTotal),
                  })}
                />
                <Meter
                  label={t('meter.memory')}
                  showLabel
                  part={part(cluster.memoryUsed, cluster.memoryTotal)}
                  text={free(cluster.memoryUsed, cluster.memoryTotal)}
                />
                <Meter
                  label={t('home.capacity.storage')}
                  showLabel
                  part={part(cluster.storageUsed, cluster.storageTotal)}
                  text={free(cluster.storageUsed, cluster.storageTotal)}
                />
              </div>
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { Facts } from '../components/Facts';
import { RunStateLabel } from '../components/StateLabel';
import { clock } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';
import { hostValue } from './hostValue';

/** Roles of a host and the run that configured it last. */
export function ConfigurationCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { configured, roles } = host;
  if (roles.length === 0 && !configured) {
    return (
      <div className={styles.stack}>
        <Text color="secondary">{t('host.noRoles')}</Text>
        {host.mayChange && (
          <Link
            href={links.template('configure-host', { host: hostValue(host) })}
          >
            {t('host.chooseRoles')}
          </Link>
        )}
      </div>
    );
  }
  return (
    <Facts
      facts={[
        {
          label: t('host.roles'),
          value: roles.length > 0 ? roles.join(', ') : t('host.none'),
        },
        {
          label: t('host.lastConfigured'),
          value: configured ? (
            <>
              <RunStateLabel state={configured.state} />{' '}
              <Link href={links.run(configured.runId)}>
                {clock(configured.at)}
              </Link>
            </>
          ) : (
            t('host.neverConfigured')
          ),
        },
        {
          label: t('host.changedTasks'),
          value:
            configured &&
            (configured.changed === 0
              ? t('host.nothingChanged')
              : t('host.changedCount', { count: configured.changed })),
        },
      ]}
    />
  );
}

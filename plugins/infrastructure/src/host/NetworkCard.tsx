import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { CopyText } from '../components/CopyText';
import { SimpleTable } from '../components/SimpleTable';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';

/** Addresses of a host, and how to log in. */
export function NetworkCard({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const noAddress =
    host.addresses.length === 0 &&
    host.interfaces.every(item => item.addresses.length === 0);
  return (
    <div className={styles.stack}>
      {(host.interfacesProblem || (noAddress && host.state === 'Running')) && (
        <Alert
          status="warning"
          icon
          title={t('host.noAddress')}
          description={host.interfacesProblem ?? t('host.agentHint')}
        />
      )}
      <div>
        <Text as="h3" weight="bold">
          {t('host.login')}
        </Text>
        {host.ssh ? (
          <CopyText text={host.ssh} what={t('host.sshCommand')} />
        ) : (
          <Text color="secondary">{t('host.noLogin')}</Text>
        )}
      </div>
      {host.interfaces.length > 0 && (
        <SimpleTable
          caption={t('host.interfaces')}
          columns={[t('host.interface'), t('host.mac'), t('host.addresses')]}
          rows={host.interfaces.map(item => ({
            key: `${item.name}/${item.mac}`,
            cells: [
              item.name,
              item.mac,
              item.addresses.length > 0
                ? item.addresses.map(address => (
                    <div key={address}>
                      <CopyText text={address} what={address} />
                    </div>
                  ))
                : '—',
            ],
          }))}
        />
      )}
    </div>
  );
}

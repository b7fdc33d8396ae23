import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ButtonLink,
  Card,
  CardBody,
  CardFooter,
  CardHeader,
  Flex,
  Skeleton,
  Text,
} from '@backstage/ui';
import { hostReadPermission } from '@nante/plugin-infrastructure-common';
import { CopyText } from '../components/CopyText';
import { Problem } from '../components/Problem';
import { HealthLabel } from '../components/StateLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';
import { HostMeters } from './HostMeters';
import { useHost } from './useHost';

/** The host in short, on the overview of its entity. */
export function HostCard() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { data: host, error, reload } = useHost();
  if (!host) {
    if (!error) return <Skeleton height={220} />;
    return (
      <Problem
        error={error}
        permission={hostReadPermission.name}
        onRetry={reload}
      />
    );
  }
  return (
    <Card>
      <CardHeader>
        <Flex justify="between" align="center">
          <Text as="h2" variant="title-x-small" weight="bold">
            {t('host.title')}
          </Text>
          <HealthLabel state={host.state} native={host.nativeState} />
        </Flex>
      </CardHeader>
      <CardBody>
        <div className={styles.stack}>
          <HostMeters host={host} />
          {host.ssh ? (
            <CopyText text={host.ssh} what={t('host.sshCommand')} />
          ) : (
            <Text color="secondary">
              {host.addresses.join(', ') || t('host.noAddress')}
            </Text>
          )}
        </div>
      </CardBody>
      <CardFooter>
        <ButtonLink
          size="small"
          variant="secondary"
          href={links.host(host.entityRef)}
        >
          {t('host.open')}
        </ButtonLink>
      </CardFooter>
    </Card>
  );
}

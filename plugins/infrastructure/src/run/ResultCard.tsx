import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ButtonLink,
  Card,
  CardBody,
  CardFooter,
  CardHeader,
  Text,
} from '@backstage/ui';
import type { HostResult } from '@nante/model';
import { CopyText } from '../components/CopyText';
import { Facts } from '../components/Facts';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

/** The host that a run made: address, how to log in, and the way to its page. */
export function ResultCard({ result }: { result: HostResult }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  return (
    <Card>
      <CardHeader>
        <Text as="h2" variant="title-x-small" weight="bold">
          {t('run.result')}
        </Text>
      </CardHeader>
      <CardBody>
        <Facts
          facts={[
            { label: t('hosts.column.name'), value: result.name },
            {
              label: t('run.address'),
              value: result.address ? (
                <CopyText text={result.address} what={t('run.address')} />
              ) : (
                t('run.noAddress')
              ),
            },
            {
              label: t('run.ssh'),
              value: result.ssh ? (
                <CopyText text={result.ssh} what={t('host.sshCommand')} />
              ) : undefined,
            },
            {
              label: t('host.node'),
              value: `${result.node}, ${t(`kind.${result.kind}`)} ${result.vmId}`,
            },
          ]}
        />
      </CardBody>
      <CardFooter>
        <ButtonLink href={links.host(result.entityRef)}>
          {t('run.openHost')}
        </ButtonLink>
      </CardFooter>
    </Card>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { RiDeleteBinLine } from '@remixicon/react';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { hostValue } from './hostValue';

/** The way to the form that destroys the host, or the reason why there is none. */
export function DestroyButton({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  if (!host.mayDestroy) {
    return (
      <Flex align="center" gap="3">
        {host.mayDestroyReason && (
          <Text color="secondary">
            {t('host.mayNotDestroy', { reason: host.mayDestroyReason })}
          </Text>
        )}
        <Button variant="secondary" isDisabled iconStart={<RiDeleteBinLine />}>
          {t('host.destroy')}
        </Button>
      </Flex>
    );
  }
  return (
    <ButtonLink
      variant="secondary"
      iconStart={<RiDeleteBinLine />}
      href={links.template('destroy-host', {
        host: hostValue(host),
      })}
    >
      {t('host.destroy')}
    </ButtonLink>
  );
}

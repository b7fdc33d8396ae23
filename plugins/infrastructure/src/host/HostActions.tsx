import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  ButtonLink,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
} from '@backstage/ui';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import {
  RiCameraLine,
  RiEqualizerLine,
  RiScales3Line,
  RiSettings3Line,
} from '@remixicon/react';
import type { ReactElement } from 'react';
import { type TemplateName, useGo, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { DestroyButton } from './DestroyButton';
import styles from './HostContent.module.css';
import { PowerButton } from './PowerButton';
import { hostValue } from './hostValue';

/** The way to a form that is filled in with the host; without the right it leads nowhere. */
function FormLink(props: {
  host: HostDetail;
  template: TemplateName;
  icon: ReactElement;
  label: string;
}) {
  const { host, template, icon, label } = props;
  const links = useLinks();
  if (!host.mayChange) {
    return (
      <Button variant="secondary" isDisabled iconStart={icon}>
        {label}
      </Button>
    );
  }
  return (
    <ButtonLink
      variant="secondary"
      iconStart={icon}
      href={links.template(template, { host: hostValue(host) })}
    >
      {label}
    </ButtonLink>
  );
}

/** Runs the configuration again, or shows what that would change. */
function ConfigureMenu({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const go = useGo();
  const button = (
    <Button
      variant="secondary"
      isDisabled={!host.mayChange}
      iconStart={<RiSettings3Line />}
    >
      {t('host.configure')}
    </Button>
  );
  if (!host.mayChange) return button;
  const open = (dryRun: boolean) => () =>
    go(links.template('configure-host', { host: hostValue(host), dryRun }));
  return (
    <MenuTrigger>
      {button}
      <Menu>
        <MenuItem iconStart={<RiSettings3Line />} onAction={open(false)}>
          {t('host.configureAgain')}
        </MenuItem>
        <MenuItem iconStart={<RiEqualizerLine />} onAction={open(true)}>
          {t('host.configureDry')}
        </MenuItem>
      </Menu>
    </MenuTrigger>
  );
}

/** What can be done with a host of ours; what may not be done says why. */
export function HostActions({ host }: { host: HostDetail }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const ours = host.management === 'managed' || host.management === 'onboarded';
  // Somebody else's machine is configured by us, and nothing else.
  const made = host.management === 'managed';
  const off = host.state === 'Stopped';
  return (
    <div className={styles.actions} role="group" aria-label={t('host.actions')}>
      {ours && !host.mayChange && host.mayChangeReason && (
        <Text color="secondary">
          {t('host.mayNotChange', { reason: host.mayChangeReason })}
        </Text>
      )}
      {made && off && <PowerButton host={host} action="start" />}
      {made && !off && (
        <>
          <PowerButton host={host} action="shutdown" />
          <PowerButton host={host} action="reboot" />
        </>
      )}
      {made && (
        <FormLink
          host={host}
          template="resize-host"
          icon={<RiScales3Line />}
          label={t('host.resize')}
        />
      )}
      {made && (
        <FormLink
          host={host}
          template="snapshot-host"
          icon={<RiCameraLine />}
          label={t('host.takeSnapshot')}
        />
      )}
      {ours && <ConfigureMenu host={host} />}
      <DestroyButton host={host} />
    </div>
  );
}

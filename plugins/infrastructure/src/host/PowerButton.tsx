import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import type { PowerRequest } from '@nante/model';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import {
  RiPlayCircleLine,
  RiRestartLine,
  RiShutDownLine,
} from '@remixicon/react';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { useGo, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './HostContent.module.css';
import { startPower } from './startPower';

type Action = PowerRequest['action'];

const icons = {
  start: <RiPlayCircleLine />,
  shutdown: <RiShutDownLine />,
  reboot: <RiRestartLine />,
};

function PowerDialog(props: {
  host: HostDetail;
  action: Exclude<Action, 'stop'>;
  onClose(): void;
}) {
  const { host, onClose } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const infrastructure = useApi(infrastructureApiRef);
  const scaffolder = useApi(scaffolderApiRef);
  const links = useLinks();
  const go = useGo();
  const [action, setAction] = useState<Action>(props.action);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const started = await startPower(
        { scaffolder, infrastructure },
        host,
        action,
      );
      go('run' in started ? links.run(started.run) : links.task(started.task));
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      setBusy(false);
    }
  };
  return (
    <>
      <DialogHeader>
        {t('power.ask', { action: t(`power.${action}`), host: host.name })}
      </DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <Text as="p">{t(`power.what.${action}`)}</Text>
          {action === 'stop' && (
            <Alert status="warning" icon title={t('power.stopLoses')} />
          )}
          {(action === 'shutdown' || action === 'reboot') && (
            <div>
              <Text color="secondary">{t('power.second')}</Text>
              <Button
                size="small"
                variant="tertiary"
                isDisabled={busy}
                onPress={() => setAction('stop')}
              >
                {t('power.secondWhat')}
              </Button>
            </div>
          )}
          {error && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('power.failed')}
              description={error}
            />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" isDisabled={busy} onPress={onClose}>
          {t('power.keep')}
        </Button>
        <Button
          destructive={action === 'stop'}
          isPending={busy}
          onPress={start}
        >
          {t(`power.${action}`)}
        </Button>
      </DialogFooter>
    </>
  );
}

/** Starts, shuts down or restarts a host after asking; the power is cut in a second step only. */
export function PowerButton(props: {
  host: HostDetail;
  action: Exclude<Action, 'stop'>;
}) {
  const { host, action } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [open, setOpen] = useState(false);
  const button = (
    <Button
      variant="secondary"
      isDisabled={!host.mayChange}
      iconStart={icons[action]}
    >
      {t(`power.${action}`)}
    </Button>
  );
  if (!host.mayChange) return button;
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      {button}
      <Dialog>
        <PowerDialog
          host={host}
          action={action}
          onClose={() => setOpen(false)}
        />
      </Dialog>
    </DialogTrigger>
  );
}

import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import {
  type ConnectionHealth,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';

/** Lets an operator say, after asking once more, that what a connection's answer lacks is really gone. */
export function AcceptButton(props: {
  connection: string;
  doubt: NonNullable<ConnectionHealth['doubt']>;
  onAccepted(): void;
}) {
  const { connection, doubt, onAccepted } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const toast = useApi(toastApiRef);
  const { allowed } = usePermission({ permission: operatePermission });
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!allowed) return null;

  const accept = async () => {
    setBusy(true);
    try {
      const { gone } = await api.acceptConnection(connection);
      toast.post({
        title:
          doubt === 'targets'
            ? t('hosts.accept.acceptedTargets', { connection })
            : t('hosts.accept.gone', { count: gone.length, connection }),
        status: 'success',
        timeout: 8000,
      });
      setOpen(false);
      onAccepted();
    } catch (error) {
      toast.post({
        title: t('hosts.accept.failed'),
        description: error instanceof Error ? error.message : String(error),
        status: 'danger',
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button size="small" variant="secondary">
        {t(`hosts.accept.${doubt}`)}
      </Button>
      <Dialog>
        <DialogHeader>{t('hosts.accept.title', { connection })}</DialogHeader>
        <DialogBody>
          <Text as="p">
            {t(
              doubt === 'targets'
                ? 'hosts.accept.whatTargets'
                : 'hosts.accept.what',
              { connection },
            )}
          </Text>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" onPress={() => setOpen(false)}>
            {t('hosts.accept.keep')}
          </Button>
          <Button destructive isPending={busy} onPress={accept}>
            {t('hosts.accept.confirm')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}

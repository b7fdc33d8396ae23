import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';

/** Cancels a run after asking once more. */
export function CancelButton(props: { id: string; onCanceled(): void }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const toast = useApi(toastApiRef);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);

  const cancel = async () => {
    setBusy(true);
    try {
      await api.cancelRun(props.id);
      props.onCanceled();
      setOpen(false);
    } catch (error) {
      toast.post({
        title: t('run.cancelFailed'),
        description: error instanceof Error ? error.message : String(error),
        status: 'danger',
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button variant="secondary">{t('run.cancel')}</Button>
      <Dialog>
        <DialogHeader>{t('run.cancelTitle')}</DialogHeader>
        <DialogBody>
          <Text as="p">{t('run.cancelWhat')}</Text>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" onPress={() => setOpen(false)}>
            {t('run.keep')}
          </Button>
          <Button destructive isPending={busy} onPress={cancel}>
            {t('run.cancel')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}

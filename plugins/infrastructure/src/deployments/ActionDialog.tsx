import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { newRequestId } from '../fields/RequestIdField';
import { useGo, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { ChangeList } from './ChangeList';
import { VersionChoice } from './VersionChoice';
import styles from './dialog.module.css';
import { type Intent, requestOf } from './actions';
import { useVersionChoice } from './useVersionChoice';

function DialogContent(props: { intent: Intent; onClose(): void }) {
  const { intent, onClose } = props;
  const { kind, project, environment } = intent;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const go = useGo();
  const toast = useApi(toastApiRef);
  const choice = useVersionChoice(intent);
  // One request, however often its button is pressed.
  const [requestId] = useState(newRequestId);
  const [comment, setComment] = useState('');
  const [confirm, setConfirm] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const words = {
    project: project.name,
    environment: environment?.name ?? '',
    version: intent.version ?? '',
  };
  const asksVersion = kind === 'deploy' || kind === 'rollback';
  const confirms = Boolean(environment?.restricted) && kind !== 'cancel';
  const ready =
    (kind === 'cancel' || choice.version !== '') &&
    (!confirms || confirm === environment?.name);

  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const answers = { version: choice.version, comment, confirm };
      const { runId } = await api.startDeployment(
        requestOf(intent, answers, requestId),
      );
      if (runId) {
        go(links.run(runId));
        return;
      }
      toast.post({
        title: t('deployments.dialog.canceled'),
        status: 'success',
        timeout: 8000,
      });
      onClose();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      setBusy(false);
    }
  };

  return (
    <>
      <DialogHeader>{t(`deployments.dialog.${kind}`, words)}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <Text as="p">{t(`deployments.dialog.what.${kind}`)}</Text>
          {asksVersion && <VersionChoice kind={kind} choice={choice} />}
          {kind === 'release' && (
            <TextField
              label={t('deployments.dialog.releaseVersion')}
              value={choice.version}
              onChange={choice.setChosen}
              isRequired
            />
          )}
          {kind === 'rollback' && choice.changes && (
            <div>
              <Text as="h3" weight="bold">
                {t('deployments.dialog.changes')}
              </Text>
              <ChangeList changes={choice.changes} />
            </div>
          )}
          {kind !== 'cancel' && kind !== 'release' && (
            <TextField
              label={t('deployments.dialog.comment')}
              description={t('deployments.dialog.commentWhat')}
              value={comment}
              onChange={setComment}
            />
          )}
          {confirms && (
            <TextField
              label={t('deployments.dialog.confirm', words)}
              value={confirm}
              autoComplete="off"
              isRequired
              onChange={setConfirm}
            />
          )}
          {error && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('deployments.dialog.failed')}
              description={error}
            />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" isDisabled={busy} onPress={onClose}>
          {t('deployments.dialog.close')}
        </Button>
        <Button isDisabled={!ready} isPending={busy} onPress={start}>
          {t(`deployments.dialog.start.${kind}`)}
        </Button>
      </DialogFooter>
    </>
  );
}

/** Asks what is still open about an action, starts its run, and goes to the page of the run. */
export function ActionDialog(props: { intent?: Intent; onClose(): void }) {
  const { intent, onClose } = props;
  return (
    <Dialog
      isOpen={intent !== undefined}
      onOpenChange={open => !open && onClose()}
    >
      {intent && <DialogContent intent={intent} onClose={onClose} />}
    </Dialog>
  );
}

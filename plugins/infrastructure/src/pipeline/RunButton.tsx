import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import type { Allowed, PipelineRun } from '@nante/plugin-infrastructure-common';
import { RiCloseLine, RiRestartLine } from '@remixicon/react';
import { useState } from 'react';
import { infrastructureTranslationRef } from '../translation';
import { type RunActions, actionFor } from './useRunActions';

/** The one thing that can be done with a run: repeat what failed, or cancel it after a question. */
export function RunButton(props: {
  run: PipelineRun;
  mayRun: Allowed;
  actions: RunActions;
}) {
  const { run, mayRun, actions } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [isOpen, setOpen] = useState(false);
  const action = actionFor(run);
  if (!action) return null;
  const name = `${run.workflow} #${run.number}`;
  const label = t(
    action === 'cancel' ? 'pipeline.action.cancel' : 'pipeline.action.rerun',
  );
  const button = {
    size: 'small',
    variant: 'secondary',
    isDisabled: !mayRun.allowed,
    isPending: actions.busy === run.id,
    'aria-label': t('pipeline.action.of', { action: label, run: name }),
  } as const;
  if (action === 'rerun-failed') {
    return (
      <Button
        {...button}
        iconStart={<RiRestartLine />}
        onPress={() => actions.act(action, run)}
      >
        {label}
      </Button>
    );
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button {...button} iconStart={<RiCloseLine />}>
        {label}
      </Button>
      <Dialog>
        <DialogHeader>
          {t('pipeline.action.cancelTitle', { run: name })}
        </DialogHeader>
        <DialogBody>
          <Text as="p">{t('pipeline.action.cancelWhat')}</Text>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" onPress={() => setOpen(false)}>
            {t('pipeline.action.keep')}
          </Button>
          <Button
            destructive
            onPress={() => {
              setOpen(false);
              actions.act(action, run);
            }}
          >
            {t('pipeline.action.cancelSure')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}

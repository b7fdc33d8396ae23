import { errorApiRef } from '@backstage/core-plugin-api';
import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { ButtonIcon } from '@backstage/ui';
import { RiFileCopyLine } from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import styles from './CopyText.module.css';

/**
 * Text in a fixed-width face with a button that copies it.
 *
 * @param props - `shown`: what stands there in place of a text that is too long; the whole is copied, and is the tooltip
 */
export function CopyText(props: {
  text: string;
  what: string;
  shown?: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const toast = useApi(toastApiRef);
  const errors = useApi(errorApiRef);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
      toast.post({ title: t('copy.done'), status: 'success', timeout: 2000 });
    } catch {
      // Browsers keep the clipboard from pages without TLS, and from whoever says no.
      errors.post(new Error(t('copy.failed', { what: props.what })));
    }
  };
  return (
    <span className={styles.copy}>
      <code
        className={styles.code}
        title={props.shown === undefined ? undefined : props.text}
      >
        {props.shown ?? props.text}
      </code>
      <ButtonIcon
        size="small"
        variant="tertiary"
        icon={<RiFileCopyLine />}
        aria-label={t('copy.label', { what: props.what })}
        onPress={copy}
      />
    </span>
  );
}

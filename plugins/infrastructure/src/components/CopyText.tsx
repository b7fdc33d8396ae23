import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { ButtonIcon } from '@backstage/ui';
import { RiFileCopyLine } from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import styles from './CopyText.module.css';

/** Text in a fixed-width face with a button that copies it. */
export function CopyText(props: { text: string; what: string }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const toast = useApi(toastApiRef);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text);
    toast.post({ title: t('copy.done'), status: 'success', timeout: 2000 });
  };
  return (
    <span className={styles.copy}>
      <code className={styles.code}>{props.text}</code>
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

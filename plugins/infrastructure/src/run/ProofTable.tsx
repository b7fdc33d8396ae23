import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { Proof } from '@nante/model';
import { RiCheckboxCircleFill, RiCloseCircleFill } from '@remixicon/react';
import { SimpleTable } from '../components/SimpleTable';
import { Label } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

/** What was asked of cloud-init, and what the guest itself says. */
export function ProofTable({ proof }: { proof: Proof[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <section className={styles.diff} aria-label={t('run.proof.title')}>
      <Text as="h2" variant="title-x-small" weight="bold">
        {t('run.proof.title')}
      </Text>
      <SimpleTable
        caption={t('run.proof.title')}
        columns={[
          t('run.proof.what'),
          t('run.proof.wanted'),
          t('run.proof.found'),
          t('run.proof.verdict'),
        ]}
        rows={proof.map(({ what, wanted, found, ok }) => ({
          key: `${what}/${wanted}`,
          cells: [
            t(`run.proof.${what}`),
            <code key="wanted" className={styles.planValue}>
              {wanted}
            </code>,
            <code key="found" className={styles.planValue}>
              {found || '—'}
            </code>,
            <Label
              key="ok"
              look={
                ok
                  ? { icon: RiCheckboxCircleFill, tone: 'good' }
                  : { icon: RiCloseCircleFill, tone: 'bad' }
              }
              word={t(ok ? 'run.proof.ok' : 'run.proof.differs')}
            />,
          ],
        }))}
      />
    </section>
  );
}

import { BgProvider } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './fields.module.css';

/** Room for a field. The form lies on paper of the old component library; inputs have to know that to stand out. */
export function FieldBox({ children }: { children: ReactNode }) {
  return (
    <BgProvider bg="neutral-1">
      <div className={styles.field} data-nante="field">
        {children}
      </div>
    </BgProvider>
  );
}

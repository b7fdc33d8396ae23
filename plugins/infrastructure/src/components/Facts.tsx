import { Fragment, type ReactNode } from 'react';
import styles from './Facts.module.css';

/** Names and values below each other. Empty values are left out. */
export function Facts(props: { facts: { label: string; value: ReactNode }[] }) {
  return (
    <dl className={styles.facts}>
      {props.facts
        .filter(({ value }) => value !== undefined && value !== '')
        .map(({ label, value }) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

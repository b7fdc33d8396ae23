import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link } from '@backstage/ui';
import type { ReactNode } from 'react';
import { Facts } from '../components/Facts';
import { Section } from '../components/Section';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

/** A way out of the portal. */
export function Outside(props: { href: string; children: ReactNode }) {
  return (
    <Link href={props.href} target="_blank" rel="noopener noreferrer">
      {props.children}
    </Link>
  );
}

/** That nothing had to be done. */
export function Already({ when, text }: { when: boolean; text: string }) {
  return when ? <Alert status="info" icon title={text} /> : null;
}

/** A project or a repository: what it is called, and where it is. */
export function PlaceCard(props: {
  title: string;
  name: string;
  alreadyThere: boolean;
  url: string;
  open: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <Section title={props.title}>
      <div className={styles.stack}>
        <Already when={props.alreadyThere} text={t('delivery.alreadyThere')} />
        <Facts
          facts={[
            { label: t('delivery.name'), value: props.name },
            {
              label: t('delivery.url'),
              value: <Outside href={props.url}>{props.open}</Outside>,
            },
          ]}
        />
      </div>
    </Section>
  );
}

import { Skeleton, Text } from '@backstage/ui';
import { type ComponentType, type ReactNode, useId } from 'react';
import { Problem } from '../components/Problem';
import type { Live } from '../hooks/useLive';
import styles from './Home.module.css';

/** A widget as our pages' cards look, in place of the home plugin's own. */
export function HomeCard(props: { title?: string; Content: ComponentType }) {
  const { title, Content } = props;
  const titleId = useId();
  return (
    <section
      className={styles.card}
      aria-labelledby={titleId}
      data-nante="home"
    >
      <div className={styles.cardHead}>
        <Text as="h2" id={titleId} variant="title-x-small" weight="bold">
          {title}
        </Text>
      </div>
      {/* A widget is as high as its owner made it: what is longer scrolls, also by keyboard. */}
      <div
        className={styles.cardBody}
        role="group"
        aria-labelledby={titleId}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <Content />
      </div>
    </section>
  );
}

/** A widget without head and frame: what is in it has its own. */
export function BareCard({ Content }: { Content: ComponentType }) {
  return (
    <div style={{ height: '100%' }} data-nante="home">
      <Content />
    </div>
  );
}

/** What a widget shows of its data, or why there is none yet. */
export function Loaded<T>(props: {
  live: Live<T>;
  permission: string;
  children(data: T): ReactNode;
}) {
  const { data, error, reload } = props.live;
  if (data) return <>{props.children(data)}</>;
  return error ? (
    <Problem error={error} permission={props.permission} onRetry={reload} />
  ) : (
    <div role="status" aria-busy="true">
      <Skeleton width="100%" height={96} />
    </div>
  );
}

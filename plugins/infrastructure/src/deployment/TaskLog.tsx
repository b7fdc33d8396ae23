import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Checkbox, Text } from '@backstage/ui';
import type { DeploymentActivity } from '@nante/plugin-infrastructure-common';
import { useEffect, useRef, useState } from 'react';
import { download } from '../components/download';
import { infrastructureTranslationRef } from '../translation';
import { ActivityNode } from './ActivityNode';
import styles from './DeploymentPage.module.css';
import { allIds, hasFailed, logText, opensByItself } from './activities';

/** What is opened or closed by hand, by id; the rest opens by itself. */
type Opened = Record<string, boolean>;

/** The log as the tree that Octopus makes of it: what runs and what failed is open, and it follows its end. */
export function TaskLog(props: {
  id: string;
  activities: DeploymentActivity[];
  /** It has ended: nothing more comes. */
  final: boolean;
}) {
  const { id, activities, final } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [opened, setOpened] = useState<Opened>({});
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [follow, setFollow] = useState(!final);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (follow && !final && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [activities, follow, final]);

  if (activities.length === 0) {
    return <Text color="secondary">{t('deployment.log.none')}</Text>;
  }
  const setAll = (open: boolean) =>
    setOpened(Object.fromEntries(allIds(activities).map(item => [item, open])));
  const shown = onlyFailed ? activities.filter(hasFailed) : activities;
  return (
    <section aria-label={t('deployment.log.title')}>
      <div className={styles.logBar}>
        {!final && (
          <Checkbox isSelected={follow} onChange={setFollow}>
            {t('deployment.log.follow')}
          </Checkbox>
        )}
        <Checkbox isSelected={onlyFailed} onChange={setOnlyFailed}>
          {t('deployment.log.errors')}
        </Checkbox>
        <Button size="small" variant="tertiary" onPress={() => setAll(true)}>
          {t('deployment.log.openAll')}
        </Button>
        <Button size="small" variant="tertiary" onPress={() => setAll(false)}>
          {t('deployment.log.closeAll')}
        </Button>
        <Button
          size="small"
          variant="tertiary"
          onPress={() =>
            download(logText(activities), t('deployment.log.file', { id }))
          }
        >
          {t('deployment.log.download')}
        </Button>
      </div>
      {/* Long logs scroll inside of it, also by keyboard. */}
      <div
        ref={box}
        className={styles.log}
        role="group"
        aria-label={t('deployment.log.title')}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {shown.length === 0 ? (
          <Text>{t('deployment.log.noErrors')}</Text>
        ) : (
          <ul className={styles.tree}>
            {shown.map(activity => (
              <ActivityNode
                key={activity.id}
                activity={activity}
                depth={0}
                onlyFailed={onlyFailed}
                isOpen={(node, depth) =>
                  opened[node.id] ?? opensByItself(node, depth)
                }
                onToggle={(nodeId, open) =>
                  setOpened(old => ({ ...old, [nodeId]: open }))
                }
              />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

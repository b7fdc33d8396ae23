import { LogViewer } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Checkbox, Select, Skeleton, Text } from '@backstage/ui';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { useMemo, useRef, useState } from 'react';
import { Problem } from '../components/Problem';
import { download } from '../components/download';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';
import { type Level, LogText } from './logText';
import { useRunLog } from './useRunLog';

/** From this many lines on they are not wrapped: the viewer measures wrapped rows one by one, again with each new line. */
const WRAP_LINES = 5_000;

/** The log as it grows: followed to its end, or held still for reading. */
export function RunLog({ id, final }: { id: string; final: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data, error, reload } = useRunLog(id, final);
  const [level, setLevel] = useState<Level>('info');
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const text = useMemo(() => new LogText(level), [level]);
  const newest = useMemo(() => text.of(data ?? []), [text, data]);
  const wraps = (data?.length ?? 0) < WRAP_LINES;

  // The viewer jumps to its end with every new line: whoever reads gets the text of the moment they stopped following.
  const held = useRef({ text: newest, level });
  if (follow || held.current.level !== level || !held.current.text) {
    held.current = { text: newest, level };
  }

  if (!data) {
    return error ? (
      <Problem
        error={error}
        permission={runReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <Skeleton height={320} />
    );
  }
  if (data.length === 0) return <Text>{t('run.noLog')}</Text>;
  return (
    <section aria-label={t('run.log')}>
      <div className={styles.logBar}>
        <Checkbox isSelected={follow} onChange={setFollow}>
          {t('run.follow')}
        </Checkbox>
        <Checkbox
          isSelected={wrap && wraps}
          isDisabled={!wraps}
          onChange={setWrap}
        >
          {wraps
            ? t('run.wrap')
            : t('run.wrapNot', { lines: WRAP_LINES.toLocaleString() })}
        </Checkbox>
        <div className={styles.level}>
          <Select
            aria-label={t('run.level')}
            value={level}
            onChange={key => setLevel(key as Level)}
            options={[
              { value: 'info', label: t('run.levelAll') },
              { value: 'warn', label: t('run.levelWarn') },
              { value: 'error', label: t('run.levelError') },
            ]}
          />
        </div>
      </div>
      <div className={styles.log} data-nante="log-viewer">
        <LogViewer
          text={held.current.text}
          textWrap={wrap && wraps}
          onDownloadLog={() =>
            download(new LogText('info').of(data), t('run.logFile', { id }))
          }
        />
      </div>
    </section>
  );
}

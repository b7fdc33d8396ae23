import { LogViewer } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Checkbox, Select, Skeleton, Text } from '@backstage/ui';
import type { RunLogLine } from '@nante/model';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { useMemo, useRef, useState } from 'react';
import { Problem } from '../components/Problem';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';
import { useRunLog } from './useRunLog';

type Level = 'info' | RunLogLine['level'];

const shown: Record<Level, RunLogLine['level'][]> = {
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
};

function asText(lines: RunLogLine[], level: Level): string {
  return lines
    .filter(line => shown[level].includes(line.level))
    .map(line => {
      const time = new Date(line.time).toLocaleTimeString();
      const mark = line.level === 'info' ? '' : `${line.level.toUpperCase()} `;
      return `${time} ${mark}${line.text}`;
    })
    .join('\n');
}

function download(text: string, name: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The log as it grows: followed to its end, or held still for reading. */
export function RunLog({ id, final }: { id: string; final: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { data, error, reload } = useRunLog(id, final);
  const [level, setLevel] = useState<Level>('info');
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const newest = useMemo(() => asText(data ?? [], level), [data, level]);

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
        <Checkbox isSelected={wrap} onChange={setWrap}>
          {t('run.wrap')}
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
          textWrap={wrap}
          onDownloadLog={() =>
            download(asText(data, 'info'), t('run.logFile', { id }))
          }
        />
      </div>
    </section>
  );
}

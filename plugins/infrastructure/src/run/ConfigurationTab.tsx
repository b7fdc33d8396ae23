import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink, Flex, Text } from '@backstage/ui';
import {
  type Configuration,
  type HostRecap,
  type RunDocument,
  finalRunStates,
} from '@nante/model';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiEdit2Line,
  RiWifiOffLine,
} from '@remixicon/react';
import { SimpleTable } from '../components/SimpleTable';
import { Label, type Look } from '../components/StateLabel';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';

type End = 'unreachable' | 'failed' | 'changed' | 'ok';

const looks: Record<End, Look> = {
  unreachable: { icon: RiWifiOffLine, tone: 'bad' },
  failed: { icon: RiCloseCircleFill, tone: 'bad' },
  changed: { icon: RiEdit2Line, tone: 'info' },
  ok: { icon: RiCheckboxCircleFill, tone: 'good' },
};

function endOf(recap: HostRecap): End {
  if (recap.unreachable > 0) return 'unreachable';
  if (recap.failed > 0) return 'failed';
  return recap.changed > 0 ? 'changed' : 'ok';
}

function Recap(props: { configuration: Configuration; live: boolean }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { recap, dryRun } = props.configuration;
  if (recap.length === 0) {
    return (
      <Text color="secondary">
        {t(props.live ? 'run.config.soon' : 'run.config.noHosts')}
      </Text>
    );
  }
  const numbers = [
    'ok',
    'changed',
    'failed',
    'unreachable',
    'skipped',
  ] as const;
  return (
    <SimpleTable
      caption={t('run.config.recap')}
      columns={[
        t('hosts.column.name'),
        t('runs.column.state'),
        ...numbers.map(number =>
          number === 'changed' && dryRun
            ? t('run.config.wouldChange')
            : t(`run.config.${number}`),
        ),
      ]}
      rows={recap.map(host => {
        const end = endOf(host);
        return {
          key: host.host,
          cells: [
            host.host,
            <Label
              key="end"
              look={looks[end]}
              word={
                end === 'changed' && dryRun
                  ? t('run.config.ends.wouldChange')
                  : t(`run.config.ends.${end}`)
              }
            />,
            ...numbers.map(number => host[number]),
          ],
        };
      })}
    />
  );
}

function Failures({ failures }: Pick<Configuration, 'failures'>) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <>
      {failures.map(failure => (
        <Alert
          key={`${failure.host}/${failure.task}/${failure.message}`}
          status="danger"
          icon
          title={t(`run.config.failure.${failure.kind}`, {
            host: failure.host,
            task: failure.task,
          })}
          description={
            <div className={`${styles.stack} ${styles.end}`}>
              <p>{failure.message}</p>
              {failure.hint && (
                <p>
                  <strong>{`${t('run.hint')}: `}</strong>
                  {failure.hint}
                </p>
              )}
            </div>
          }
        />
      ))}
    </>
  );
}

function Changes({ changes, dryRun }: Configuration) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (changes.length === 0) return null;
  const title = t(dryRun ? 'run.config.wouldDo' : 'run.config.did');
  return (
    <section className={styles.diff} aria-label={title}>
      <Text as="h3" weight="bold">
        {title}
      </Text>
      <ul className={styles.changes}>
        {changes.map((change, index) => (
          // A task may change a host twice, in a loop.
          // eslint-disable-next-line react/no-array-index-key
          <li key={index}>
            {change.diff ? (
              <details className={styles.more}>
                <summary>{`${change.host}: ${change.task}`}</summary>
                <pre className={styles.code}>{change.diff}</pre>
              </details>
            ) : (
              <Text>{`${change.host}: ${change.task}`}</Text>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One way for each host that failed: its form takes one host. */
function Repeat({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const failed = (run.configuration?.recap ?? []).filter(host =>
    ['failed', 'unreachable'].includes(endOf(host)),
  );
  if (failed.length === 0 || !finalRunStates.includes(run.state)) return null;
  // A run that applies what the hosts have names no roles, and neither does its repetition.
  const { roles } = run.inputs as { roles?: unknown[] };
  const software = roles && roles.length > 0 ? roles : undefined;
  return (
    <Flex direction="column" gap="2" align="start">
      <Text weight="bold">{t('run.config.repeat')}</Text>
      {failed.map(({ host }) => (
        <ButtonLink
          key={host}
          size="small"
          variant="secondary"
          href={links.template('configure-host', {
            host: {
              app: run.app,
              environment: run.environment,
              name: host,
              entityRef: run.host === host ? run.result?.entityRef : undefined,
            },
            software,
            dryRun: run.configuration?.dryRun ?? false,
          })}
        >
          {t('run.config.repeatOn', { host })}
        </ButtonLink>
      ))}
    </Flex>
  );
}

/** What Ansible does, did or would do: per host while it runs, what changed, and what failed. */
export function ConfigurationTab({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { configuration } = run;
  const live = !finalRunStates.includes(run.state);
  if (!configuration) {
    return (
      <Text color="secondary">
        {t(live ? 'run.config.soon' : 'run.config.none')}
      </Text>
    );
  }
  return (
    <div className={styles.stack}>
      {configuration.pretended && (
        <Alert
          status="warning"
          icon
          title={t('run.config.pretended')}
          description={t('run.config.pretendedWhat')}
        />
      )}
      {configuration.dryRun && (
        <Alert status="info" icon title={t('run.config.dryRun')} />
      )}
      <Text>
        {t('run.config.roles', {
          roles: configuration.roles.join(', ') || '—',
        })}
      </Text>
      <Recap configuration={configuration} live={live} />
      <Failures failures={configuration.failures} />
      <Repeat run={run} />
      <Changes {...configuration} />
      {configuration.unseen.length > 0 && (
        <section aria-label={t('run.config.unseen')}>
          <Text as="h3" weight="bold">
            {t('run.config.unseen')}
          </Text>
          <ul className={styles.list}>
            {configuration.unseen.map(line => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  ButtonLink,
  Card,
  CardBody,
  CardHeader,
  Link,
  Skeleton,
  Text,
} from '@backstage/ui';
import { type RunDocument, type RunRemedy, finalRunStates } from '@nante/model';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { useLive } from '../hooks/useLive';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './RunPage.module.css';
import { ThingsTable } from './ThingsTable';

/** Milliseconds between two looks whether somebody still executes a run that goes on. */
const LOOK_MS = 30_000;

function RemedyRow({ run, remedy }: { run: RunDocument; remedy: RunRemedy }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const name = t(`repair.${remedy.remedy}`);
  return (
    <li className={styles.remedy} aria-label={name}>
      <div>
        <Text as="p" weight="bold">
          {t(`repair.what.${remedy.remedy}`)}
        </Text>
        {remedy.effects.length > 0 && (
          <ul className={styles.list} aria-label={t('repair.effects')}>
            {remedy.effects.map(effect => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
        )}
        {!remedy.allowed && (
          <Text as="p" color="secondary">
            {t('repair.why', { reason: remedy.reason ?? t('repair.refused') })}
          </Text>
        )}
      </div>
      {remedy.allowed ? (
        <ButtonLink
          variant="secondary"
          href={links.template('repair-run', {
            repair: { runId: run.id, remedy: remedy.remedy },
          })}
        >
          {name}
        </ButtonLink>
      ) : (
        <Button variant="secondary" isDisabled>
          {name}
        </Button>
      )}
    </li>
  );
}

function RepairedBy({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const links = useLinks();
  const { id, host, app } = run;
  const load = useCallback(
    async (signal: AbortSignal) => {
      const { runs } = await api.listRuns({ host, app }, signal);
      return runs.find(other => other.repairs === id);
    },
    [api, id, host, app],
  );
  const { data } = useLive(load, { intervalMs: 0, signal: { kind: 'run' } });
  if (!data) return null;
  return (
    <Alert
      status="info"
      icon
      title={t('repair.repaired')}
      description={<Link href={links.run(data.id)}>{t('repair.showRun')}</Link>}
    />
  );
}

/**
 * What exists of a run that did not succeed, what is missing, and the ways out, each with what it will do. Nothing for a
 * run that somebody still executes.
 */
export function RepairCard({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { id } = run;
  const final = finalRunStates.includes(run.state);
  const load = useCallback(
    (signal: AbortSignal) => api.inspectRun(id, signal),
    [api, id],
  );
  const { data, error, reload } = useLive(load, {
    intervalMs: final ? 0 : LOOK_MS,
  });
  if (run.state === 'succeeded') return null;
  if (!final && !data?.interrupted) return null;
  const body = () => {
    if (data) {
      return (
        <>
          {!final && (
            <Alert status="warning" icon title={t('repair.interrupted')} />
          )}
          <RepairedBy run={run} />
          <ThingsTable things={data.things} />
          {data.remedies.length === 0 ? (
            <Text>{t('repair.nothing')}</Text>
          ) : (
            <ul className={styles.remedies}>
              {data.remedies.map(remedy => (
                <RemedyRow key={remedy.remedy} run={run} remedy={remedy} />
              ))}
            </ul>
          )}
        </>
      );
    }
    if (error) {
      return (
        <Alert
          role="alert"
          status="warning"
          icon
          title={t('repair.failed')}
          description={error.message}
          customActions={
            <Button size="small" onPress={reload}>
              {t('repair.again')}
            </Button>
          }
        />
      );
    }
    return (
      <div role="status">
        <Text color="secondary">{t('repair.looking')}</Text>
        <Skeleton height={90} />
      </div>
    );
  };
  return (
    <Card className={styles.repair}>
      <CardHeader>
        <Text as="h2" variant="title-x-small" weight="bold">
          {t('repair.title')}
        </Text>
      </CardHeader>
      <CardBody>
        <div className={styles.stack}>{body()}</div>
      </CardBody>
    </Card>
  );
}

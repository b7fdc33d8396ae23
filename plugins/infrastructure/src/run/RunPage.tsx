import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Container,
  Header,
  HeaderMetadataStatus,
  Skeleton,
  Tab,
  TabList,
  TabPanel,
  Tabs,
} from '@backstage/ui';
import { type RunDocument, finalRunStates } from '@nante/model';
import { runReadPermission } from '@nante/plugin-infrastructure-common';
import { useCallback, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { CopyText } from '../components/CopyText';
import { DoorLabel } from '../components/DoorLabel';
import { Problem } from '../components/Problem';
import { refName } from '../components/format';
import { useLive } from '../hooks/useLive';
import { useRunId } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { CancelButton } from './CancelButton';
import { ConfigurationTab } from './ConfigurationTab';
import { DeliveryCards } from './DeliveryCards';
import { EndCard } from './EndCard';
import { ImpactAlert } from './ImpactAlert';
import { InputsTab } from './InputsTab';
import { NextSteps } from './NextSteps';
import { PlanTable } from './PlanTable';
import { ProofTable } from './ProofTable';
import { RepairCard } from './RepairCard';
import { ArrivalsTable } from './ArrivalsTable';
import { RepositoryCards } from './RepositoryCards';
import { ResultCard } from './ResultCard';
import { RunLog } from './RunLog';
import styles from './RunPage.module.css';
import { RunProgress } from './RunProgress';
import { StepList } from './StepList';
import { runTitle } from './runTitle';

/** Milliseconds between two looks at a run that goes on; signals are faster where they come through. */
const LOOK_MS = 2_000;

const colours = {
  queued: 'info',
  running: 'info',
  succeeded: 'success',
  failed: 'danger',
  cancelled: 'warning',
} as const;

/** Kinds of runs that begin with a plan of Terraform. */
const planned: RunDocument['kind'][] = ['provision', 'destroy', 'resize'];

function Loading() {
  return (
    <Container>
      <div className={styles.columns} role="status" aria-busy="true">
        <Skeleton height={320} />
        <Skeleton height={320} />
      </div>
    </Container>
  );
}

function Summary({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div className={styles.stack}>
      {run.result && run.state === 'succeeded' && run.kind === 'provision' && (
        <ResultCard result={run.result} />
      )}
      <DeliveryCards run={run} />
      <RepositoryCards run={run} />
      {run.tools.provider === 'stand-in' && (
        <Alert status="info" icon title={t('run.standIn')} />
      )}
      {run.impact && <ImpactAlert impact={run.impact} />}
      {run.arrivals && run.arrivals.length > 0 && (
        <ArrivalsTable arrivals={run.arrivals} />
      )}
      {run.proof && run.proof.length > 0 && <ProofTable proof={run.proof} />}
      {(run.plan || planned.includes(run.kind)) && (
        <PlanTable plan={run.plan} />
      )}
    </div>
  );
}

function ByHand({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (run.byHand.length === 0) return <p>{t('run.noByHand')}</p>;
  return (
    <div className={styles.stack}>
      <p>{t('run.byHandWhat')}</p>
      {run.byHand.map(command => (
        <CopyText key={command} text={command} what={t('run.command')} />
      ))}
    </div>
  );
}

/** Of a run that has ended: what Ansible did where that is all it was about. */
function firstTab(run: RunDocument): string {
  const configures = run.kind === 'configure' || run.kind === 'onboard';
  return configures && run.configuration ? 'configuration' : 'summary';
}

/** A run while it goes on and afterwards: steps, what changes, log, inputs, and how to do it by hand. */
export function RunPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const id = useRunId();
  const [final, setFinal] = useState(false);
  const [tab, setTab] = useState<string>();

  const load = useCallback(
    async (signal: AbortSignal) => {
      const answer = await api.getRun(id, signal);
      setFinal(finalRunStates.includes(answer.run.state));
      // The log is open while there is something to follow, and stays what it was when the run ends.
      setTab(
        current =>
          current ??
          (finalRunStates.includes(answer.run.state)
            ? firstTab(answer.run)
            : 'log'),
      );
      return answer;
    },
    [api, id],
  );
  const { data, error, reload } = useLive(load, {
    intervalMs: final ? 0 : LOOK_MS,
    signal: { kind: 'run', id },
  });

  if (!data) {
    if (!error) return <Loading />;
    return (
      <Container>
        <Problem
          error={error}
          permission={runReadPermission.name}
          onRetry={reload}
        />
      </Container>
    );
  }

  const { run } = data;
  const configures = Boolean(run.configuration) || run.kind === 'configure';
  return (
    <>
      <Header
        title={runTitle(t, run)}
        metadata={[
          {
            label: t('runs.column.state'),
            value: (
              <HeaderMetadataStatus
                label={t(`runState.${run.state}`)}
                color={colours[run.state]}
              />
            ),
          },
          ...(run.environment
            ? [{ label: t('run.environment'), value: run.environment }]
            : []),
          { label: t('run.requestedBy'), value: refName(run.requestedBy) },
          { label: t('run.door'), value: <DoorLabel run={run} /> },
        ]}
        customActions={
          data.mayCancel && !final && !run.cancelRequested ? (
            <CancelButton id={run.id} onCanceled={reload} />
          ) : undefined
        }
      />
      <Container>
        {error && !final && (
          <Alert
            role="status"
            status="warning"
            isPending
            mb="3"
            title={t('run.reconnecting')}
            description={error.message}
          />
        )}
        {run.cancelRequested && !final && (
          <Alert status="info" isPending mb="3" title={t('run.cancelling')} />
        )}
        {run.cancelRequested && run.state === 'succeeded' && (
          <Alert status="info" icon mb="3" title={t('run.cancelLate')} />
        )}
        {run.state === 'queued' && (
          <Alert status="info" icon mb="3" title={t('run.queued')} />
        )}
        <EndCard run={run} />
        <NextSteps run={run} />
        <RepairCard run={run} />
        <div className={styles.columns}>
          <div className={styles.stack}>
            <RunProgress answer={data} />
            <StepList steps={run.steps} error={run.error?.message} />
          </div>
          <Tabs
            selectedKey={tab}
            onSelectionChange={key => setTab(String(key))}
          >
            <TabList aria-label={t('run.tab.label')}>
              <Tab id="summary">{t('run.tab.summary')}</Tab>
              {configures && (
                <Tab id="configuration">{t('run.tab.configuration')}</Tab>
              )}
              <Tab id="log">{t('run.tab.log')}</Tab>
              <Tab id="inputs">{t('run.tab.inputs')}</Tab>
              <Tab id="byHand">{t('run.tab.byHand')}</Tab>
            </TabList>
            <TabPanel id="summary" className={styles.panel}>
              <Summary run={run} />
            </TabPanel>
            {configures && (
              <TabPanel id="configuration" className={styles.panel}>
                <ConfigurationTab run={run} />
              </TabPanel>
            )}
            <TabPanel id="log" className={styles.panel}>
              <RunLog id={run.id} final={final} />
            </TabPanel>
            <TabPanel id="inputs" className={styles.panel}>
              <InputsTab run={run} />
            </TabPanel>
            <TabPanel id="byHand" className={styles.panel}>
              <ByHand run={run} />
            </TabPanel>
          </Tabs>
        </div>
      </Container>
    </>
  );
}

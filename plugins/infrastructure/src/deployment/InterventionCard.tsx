import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text, TextAreaField } from '@backstage/ui';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Section } from '../components/Section';
import { infrastructureTranslationRef } from '../translation';
import styles from './DeploymentPage.module.css';

type Interruption = DeploymentDetailResponse['interruptions'][number];

/** Answers that end a deployment: never the button that a hand goes to first. */
const ending = /abort|cancel|fail|exclude/i;

function Answer(props: {
  connection: string;
  deploymentId: string;
  interruption: Interruption;
  onAnswered(): void;
}) {
  const { connection, deploymentId, interruption, onAnswered } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const [notes, setNotes] = useState('');
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  const answer = async (result: string) => {
    setBusy(result);
    setError(undefined);
    try {
      await api.answerInterruption(connection, interruption.id, {
        deploymentId,
        result,
        notes: notes.trim() || undefined,
      });
      onAnswered();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      <TextAreaField
        label={t('deployment.intervention.notes')}
        description={t('deployment.intervention.notesWhat')}
        value={notes}
        onChange={setNotes}
      />
      <div className={styles.buttons}>
        {interruption.answers.map(result => (
          <Button
            key={result}
            variant={ending.test(result) ? 'secondary' : 'primary'}
            isPending={busy === result}
            isDisabled={busy !== undefined}
            onPress={() => answer(result)}
          >
            {result}
          </Button>
        ))}
      </div>
      {error && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('deployment.intervention.failed')}
          description={error}
        />
      )}
    </>
  );
}

/** What a deployment waits for: the instructions, and the answer, or the reason why this person can't give it. */
export function InterventionCard(props: {
  connection: string;
  deploymentId: string;
  interruption: Interruption;
  onAnswered(): void;
}) {
  const { interruption } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  if (!interruption.isPending) return null;
  return (
    <>
      <Alert
        status="warning"
        icon
        mb="3"
        title={t('deployment.intervention.waits')}
      />
      <div className={styles.intervention}>
        <Section title={interruption.title}>
          <div className={styles.stack}>
            <p className={styles.notes}>
              {interruption.instructions ||
                t('deployment.intervention.noInstructions')}
            </p>
            {interruption.responsibleUser && (
              <Text color="secondary">
                {t('deployment.intervention.by', {
                  user: interruption.responsibleUser,
                })}
              </Text>
            )}
            {interruption.answer.allowed ? (
              <Answer {...props} />
            ) : (
              <Text as="p">
                {t('deployment.intervention.mayNot', {
                  reason: interruption.answer.reason ?? '',
                })}
              </Text>
            )}
          </div>
        </Section>
      </div>
    </>
  );
}

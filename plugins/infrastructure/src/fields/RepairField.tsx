import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Select, Skeleton, Text } from '@backstage/ui';
import { type Remedy, remedySchema } from '@nante/model';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { clock } from '../components/format';
import { ThingsTable } from '../run/ThingsTable';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import { FieldBox } from './FieldBox';
import { sentences } from './sentences';
import { useLoaded } from './useLoaded';

const schema = makeFieldSchema({
  output: z =>
    z.object({
      runId: z.string().describe('Run that is repaired'),
      remedy: z
        .enum(['finish', 'undo', 'adopt', 'forget'])
        .describe('What is done about it'),
    }),
});

type Repair = Partial<NonNullable<(typeof schema.TProps)['formData']>>;

/** Choice among the runs that did not succeed, for those who did not come from a run's page. */
function RunChoice(props: { onChange(runId: string): void }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const answers = await Promise.all(
        ['failed', 'cancelled'].map(state =>
          api.listRuns({ state, limit: 50 }, signal),
        ),
      );
      return answers
        .flatMap(({ runs }) => runs)
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
    [api],
  );
  const { data, error } = useLoaded(load);
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.repair.failed')}
        description={error.message}
      />
    );
  }
  if (!data) return <Skeleton height={64} />;
  if (data.length === 0) return <Text>{t('field.repair.none')}</Text>;
  return (
    <Select
      label={t('field.repair.run')}
      isRequired
      search
      options={data.map(run => ({
        value: run.id,
        label: `${t(`run.${run.kind}`, { host: run.host })} (${t(`runState.${run.state}`)}, ${clock(run.createdAt)})`,
      }))}
      value={null}
      onChange={key => key !== null && props.onChange(String(key))}
    />
  );
}

function Remedies(props: {
  runId: string;
  remedy?: Remedy;
  onChange(remedy: Remedy): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { runId } = props;
  const load = useCallback(
    (signal: AbortSignal) => api.inspectRun(runId, signal),
    [api, runId],
  );
  const { data, error } = useLoaded(load);
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('repair.failed')}
        description={error.message}
      />
    );
  }
  if (!data) {
    return (
      <div role="status">
        <Text color="secondary">{t('repair.looking')}</Text>
        <Skeleton height={120} />
      </div>
    );
  }
  return (
    <>
      <ThingsTable things={data.things} />
      {data.remedies.length === 0 ? (
        <Text>{t('repair.nothing')}</Text>
      ) : (
        <ChoiceCards
          label={t('field.repair.remedy')}
          value={props.remedy}
          onChange={id => props.onChange(id as Remedy)}
          choices={data.remedies.map(item => ({
            id: item.remedy,
            title: t(`repair.${item.remedy}`),
            lines: [t(`repair.what.${item.remedy}`), ...item.effects],
            reason: item.allowed
              ? undefined
              : (item.reason ?? t('repair.refused')),
          }))}
        />
      )}
    </>
  );
}

/** A way out of a run that did not succeed: what is there of it, and what each way does. */
export function RepairField(props: typeof schema.TProps) {
  const value: Repair = props.formData ?? {};
  const set = (next: Repair) => props.onChange(next as never);
  return (
    <FieldBox>
      {value.runId ? (
        <Remedies
          runId={value.runId}
          remedy={value.remedy}
          onChange={remedy => set({ ...value, remedy })}
        />
      ) : (
        <RunChoice onChange={runId => set({ runId })} />
      )}
    </FieldBox>
  );
}

export const repairField = createFormField({
  name: 'NanteRepair',
  component: RepairField,
  schema,
  validation: (value, validation, { apiHolder }) => {
    const t = sentences(apiHolder);
    if (!value?.runId) validation.addError(t('field.repair.chooseRun'));
    else if (!remedySchema.safeParse(value.remedy).success) {
      validation.addError(t('field.repair.choose'));
    }
  },
});

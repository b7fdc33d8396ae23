import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Select, Text, TextField } from '@backstage/ui';
import { snapshotNameSchema } from '@nante/model';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { clock } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import { FieldBox } from './FieldBox';
import { HostGate } from './HostGate';
import { sentences } from './sentences';
import { chosenHost, findHost } from './useChosenHost';

const actions = ['create', 'rollback', 'delete'] as const;
type Action = (typeof actions)[number];

const schema = makeFieldSchema({
  output: z =>
    z.object({
      action: z.enum(actions).describe('Make, return to, or remove'),
      snapshot: z.string().describe('Name of the snapshot'),
      description: z.string().optional().describe('What it is for'),
      confirm: z.string().optional().describe('The name, typed once more'),
    }),
});

type Snapshot = Partial<NonNullable<(typeof schema.TProps)['formData']>>;

function Existing(props: {
  host: HostDetail;
  value: Snapshot & { action: Action };
  onChange(value: Snapshot): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { host, value, onChange } = props;
  if (host.snapshots.length === 0) {
    return <Text>{t('field.snapshot.none', { host: host.name })}</Text>;
  }
  return (
    <>
      <Select
        label={t('host.snapshot')}
        isRequired
        options={host.snapshots.map(({ name, createdAt }) => ({
          value: name,
          label: createdAt ? `${name} (${clock(createdAt)})` : name,
        }))}
        value={value.snapshot ?? null}
        onChange={key =>
          onChange({ action: value.action, snapshot: String(key) })
        }
      />
      {value.snapshot && (
        <>
          <Alert
            status="warning"
            icon
            title={t(
              value.action === 'rollback'
                ? 'field.snapshot.rollbackLoses'
                : 'field.snapshot.deleteLoses',
              { host: host.name, snapshot: value.snapshot },
            )}
          />
          <TextField
            label={t('field.snapshot.confirm', { snapshot: value.snapshot })}
            isRequired
            autoComplete="off"
            value={value.confirm ?? ''}
            onChange={confirm => onChange({ ...value, confirm })}
          />
        </>
      )}
    </>
  );
}

/** Makes a snapshot, returns to one, or removes one; the last two by typing its name. */
export function SnapshotField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const value: Snapshot = props.formData ?? {};
  const set = (next: Snapshot) => props.onChange(next as never);
  const { action } = value;
  return (
    <FieldBox>
      <HostGate formData={props.formContext?.formData}>
        {host => (
          <>
            <ChoiceCards
              label={props.schema.title ?? t('field.snapshot.label')}
              value={action}
              onChange={id => set({ action: id as Action })}
              choices={actions.map(id => ({
                id,
                title: t(`field.snapshot.${id}`),
                lines: [t(`field.snapshot.what.${id}`)],
              }))}
            />
            {action === 'create' && (
              <>
                <TextField
                  label={t('field.snapshot.name')}
                  description={t('field.snapshot.nameWhat')}
                  isRequired
                  autoComplete="off"
                  value={value.snapshot ?? ''}
                  onChange={snapshot =>
                    set({ ...value, snapshot: snapshot || undefined })
                  }
                />
                <TextField
                  label={t('field.snapshot.description')}
                  maxLength={500}
                  value={value.description ?? ''}
                  onChange={description =>
                    set({ ...value, description: description || undefined })
                  }
                />
              </>
            )}
            {(action === 'rollback' || action === 'delete') && (
              <Existing
                host={host}
                value={{ ...value, action }}
                onChange={set}
              />
            )}
          </>
        )}
      </HostGate>
    </FieldBox>
  );
}

export const snapshotField = createFormField({
  name: 'NanteSnapshot',
  component: SnapshotField,
  schema,
  validation: async (value, validation, { apiHolder, formData }) => {
    const t = sentences(apiHolder);
    if (!value?.action) {
      validation.addError(t('field.snapshot.chooseAction'));
      return;
    }
    const { action, snapshot, confirm } = value;
    const name = snapshotNameSchema.safeParse(snapshot);
    if (!name.success) {
      validation.addError(
        t(
          action === 'create'
            ? 'field.snapshot.badName'
            : 'field.snapshot.choose',
        ),
      );
      return;
    }
    if (action !== 'create') {
      if (confirm !== snapshot) {
        validation.addError(t('field.snapshot.confirm', { snapshot }));
      }
      return;
    }
    const host = chosenHost(formData);
    const api = apiHolder.get(infrastructureApiRef);
    // Proxmox says it again when the run starts.
    const detail =
      host &&
      api &&
      (await findHost(api, host.entityRef).catch(() => undefined));
    if (detail?.snapshots.some(item => item.name === snapshot)) {
      validation.addError(t('field.snapshot.taken', { snapshot }));
    }
  },
});

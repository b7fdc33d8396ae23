import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Checkbox, Skeleton, Text, TextField } from '@backstage/ui';
import { type TargetStyle, targetChoiceSchema } from '@nante/model';
import { useCallback, useEffect } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import { FieldBox } from './FieldBox';
import { sentences } from './sentences';
import { defaultRole, environmentOf, words } from './targetForm';
import { useLoaded } from './useLoaded';

const schema = makeFieldSchema({
  output: z =>
    z
      .object({
        environments: z
          .array(z.string())
          .optional()
          .describe('Environments of Octopus; left out: that of the host'),
        roles: z
          .array(z.string())
          .optional()
          .describe('Target tags; left out: the name of the app'),
        style: z
          .enum(['ssh', 'listening', 'polling', 'kubernetes'])
          .describe('How Octopus reaches the host'),
        policy: z
          .string()
          .optional()
          .describe('Machine policy; left out: the default of the space'),
      })
      .nullable()
      .describe('What makes the host a deployment target; null: nothing does'),
  uiOptions: z =>
    z.object({
      kind: z.enum(['vm', 'lxc']).optional().describe('Kind of guest'),
      always: z
        .boolean()
        .optional()
        .describe('The form is about nothing else: there is no box to tick'),
    }),
});

type Output = NonNullable<typeof schema.TOutput>;

/** Styles of a host; a cluster is registered by a form of its own. */
const styles: TargetStyle[] = ['ssh', 'listening', 'polling'];

/** Lists of words in one line, commas between them; empty means left out. */
function WordsInput(props: {
  label: string;
  what: string;
  placeholder?: string;
  value?: string[];
  onChange(value: string[] | undefined): void;
}) {
  return (
    <TextField
      label={props.label}
      description={props.what}
      placeholder={props.placeholder}
      defaultValue={props.value?.join(', ') ?? ''}
      autoComplete="off"
      onChange={text => props.onChange(words(text))}
    />
  );
}

function TargetChoice(props: {
  value: Output;
  environment?: string;
  role?: string;
  onChange(value: Output): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { value, onChange } = props;
  return (
    <>
      <ChoiceCards
        label={t('field.target.style')}
        value={value.style}
        onChange={style => onChange({ ...value, style: style as TargetStyle })}
        choices={styles.map(style => ({
          id: style,
          title: t(`target.styles.${style}`),
          lines: [t(`field.target.what.${style as 'ssh'}`)],
        }))}
      />
      <WordsInput
        label={t('field.target.roles')}
        what={t('field.target.rolesWhat')}
        placeholder={props.role}
        value={value.roles}
        onChange={roles => onChange({ ...value, roles })}
      />
      <WordsInput
        label={t('field.target.environments')}
        what={t('field.target.environmentsWhat')}
        placeholder={props.environment}
        value={value.environments}
        onChange={environments => onChange({ ...value, environments })}
      />
      <TextField
        label={t('field.target.policy')}
        description={t('field.target.policyWhat')}
        value={value.policy ?? ''}
        autoComplete="off"
        onChange={policy => onChange({ ...value, policy: policy || undefined })}
      />
    </>
  );
}

/** Makes the host a deployment target, where its environment has Octopus Deploy. */
export function TargetField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { formData: value, onChange } = props;
  const options = props.uiSchema?.['ui:options'];
  const kind = options?.kind ?? 'vm';
  const always = options?.always ?? false;
  const form = props.formContext?.formData ?? {};
  const environment = environmentOf(form);
  const load = useCallback(
    (signal: AbortSignal) => api.listEnvironments(kind, signal),
    [api, kind],
  );
  const { data, error } = useLoaded(environment ? load : undefined);
  const octopus = data?.environments.find(
    ({ name }) => name === environment,
  )?.octopus;

  // What was chosen for another environment means nothing in one without Octopus.
  const isLost = data !== undefined && !octopus && Boolean(value);
  useEffect(() => {
    if (isLost) onChange(null);
  }, [isLost, onChange]);
  const isUnset = always && octopus !== undefined && !value;
  useEffect(() => {
    if (isUnset) onChange({ style: 'ssh' });
  }, [isUnset, onChange]);

  const body = () => {
    if (!environment) {
      return <Text color="secondary">{t('field.target.first')}</Text>;
    }
    if (error) {
      return (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('field.environment.failed')}
          description={error.message}
        />
      );
    }
    if (!data) return <Skeleton height={40} />;
    if (!octopus) {
      return (
        <Text color="secondary">
          {t('field.target.noOctopus', { environment })}
        </Text>
      );
    }
    return (
      <>
        {!always && (
          <Checkbox
            isSelected={Boolean(value)}
            onChange={on => onChange(on ? { style: 'ssh' } : null)}
          >
            {t('field.target.tick', { connection: octopus.connection })}
          </Checkbox>
        )}
        {value && (
          <TargetChoice
            value={value}
            environment={octopus.environment}
            role={defaultRole(form)}
            onChange={onChange}
          />
        )}
      </>
    );
  };
  return (
    <FieldBox>
      <Text>{props.schema.title ?? t('field.target.label')}</Text>
      <Text color="secondary">
        {props.schema.description ?? t('field.target.whatFor')}
      </Text>
      {body()}
    </FieldBox>
  );
}

export const targetField = createFormField({
  name: 'NanteTarget',
  component: TargetField,
  schema,
  validation: (value, validation, { apiHolder }) => {
    if (!value) return;
    const checked = targetChoiceSchema.safeParse(value);
    if (checked.success) return;
    const t = sentences(apiHolder);
    const names = { roles: 'roles', environments: 'environments' } as const;
    for (const { path, message } of checked.error.issues) {
      const name = names[path[0] as keyof typeof names] ?? 'policy';
      validation.addError(`${t(`field.target.${name}`)}: ${message}`);
    }
  },
});

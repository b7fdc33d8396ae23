import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Select, Skeleton, Text } from '@backstage/ui';
import type { RoleChoice, RoleDescription } from '@nante/model';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';
import { RoleCard } from './RoleCard';
import styles from './fields.module.css';
import { type ArgumentProblem, roleProblems } from './roleArguments';
import { sentences } from './sentences';
import { useLoaded } from './useLoaded';

/** Offered before all others: it is what every host should have. */
const BASE = 'base_setup';

const schema = makeFieldSchema({
  output: z =>
    z
      .array(
        z.object({
          name: z.string().describe('Name of a role'),
          arguments: z
            .record(z.unknown())
            .optional()
            .describe('Arguments that differ from their defaults'),
        }),
      )
      .describe('Roles in the order in which they are applied'),
  uiOptions: z =>
    z.object({
      own: z
        .boolean()
        .optional()
        .describe('Nothing chosen means the roles that the hosts have'),
    }),
});

function offered(
  roles: RoleDescription[],
  chosen: RoleChoice[],
): RoleDescription[] {
  const rank = ({ name }: RoleDescription) => (name === BASE ? 0 : 1);
  return roles
    .filter(({ name }) => !chosen.some(choice => choice.name === name))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function moved(choices: RoleChoice[], from: number, by: number): RoleChoice[] {
  const next = [...choices];
  const [choice] = next.splice(from, 1);
  next.splice(from + by, 0, choice);
  return next;
}

/** Software of a host: roles in their order, with the arguments that their specifications name. */
export function SoftwareField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const load = useCallback(
    (signal: AbortSignal) => api.listRoles(signal),
    [api],
  );
  const { data, error } = useLoaded(load);
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.software.failed')}
        description={error.message}
      />
    );
  }
  if (!data) return <Skeleton height={90} />;
  if (!data.available) {
    return (
      <Alert
        status="info"
        icon
        title={t('field.software.unavailable')}
        description={t('field.software.unavailableWhat')}
      />
    );
  }

  const chosen: RoleChoice[] = (props.formData ?? []).map(choice => ({
    name: choice.name,
    arguments: choice.arguments ?? {},
  }));
  const set = (next: RoleChoice[]) =>
    props.onChange(next.length > 0 ? next : undefined);
  const more = offered(data.roles, chosen);
  const own = props.uiSchema?.['ui:options']?.own;
  return (
    <FieldBox>
      <Text>{props.schema.title ?? t('field.software.label')}</Text>
      <Text color="secondary">
        {props.schema.description ?? t('field.software.what')}
      </Text>
      {chosen.length === 0 && (
        <Text color="secondary">
          {t(own ? 'field.software.own' : 'field.software.nothing')}
        </Text>
      )}
      <ol className={styles.roles} aria-label={t('field.software.label')}>
        {chosen.map((choice, position) => (
          <RoleCard
            key={choice.name}
            name={choice.name}
            role={data.roles.find(({ name }) => name === choice.name)}
            values={choice.arguments}
            position={position}
            count={chosen.length}
            onChange={values =>
              set(
                chosen.map((old, at) =>
                  at === position ? { ...old, arguments: values } : old,
                ),
              )
            }
            onMove={by => set(moved(chosen, position, by))}
            onRemove={() => set(chosen.filter((_, at) => at !== position))}
          />
        ))}
      </ol>
      {more.length > 0 && (
        <Select
          label={t('field.software.add')}
          search
          options={more.map(role => ({
            value: role.name,
            label: role.title ? `${role.name}: ${role.title}` : role.name,
          }))}
          value={null}
          onChange={key =>
            key !== null &&
            set([...chosen, { name: String(key), arguments: {} }])
          }
        />
      )}
      {data.roles.length === 0 && (
        <Text color="secondary">{t('field.software.none')}</Text>
      )}
    </FieldBox>
  );
}

function sentenceOf(t: Sentences, problem: ArgumentProblem): string {
  switch (problem.kind) {
    case 'unknownRole':
      return t('field.software.problem.unknownRole', { role: problem.role });
    case 'bounds':
      return t('field.software.problem.bounds', {
        role: problem.role,
        name: problem.name,
        min: String(problem.min),
        max: String(problem.max),
      });
    case 'choice':
      return t('field.software.problem.choice', problem);
    case 'type':
      return t(`field.software.problem.${problem.input}`, {
        role: problem.role,
        name: problem.name,
        // The input that a choice has is judged by its choices.
        choices: '',
      });
    default:
      return t(`field.software.problem.${problem.kind}`, problem);
  }
}

export const softwareField = createFormField({
  name: 'NanteSoftware',
  component: SoftwareField,
  schema,
  validation: async (value, validation, { apiHolder }) => {
    if (!value || value.length === 0) return;
    const answer = await apiHolder
      .get(infrastructureApiRef)
      ?.listRoles()
      // Where nobody answers now, the run checks before it touches anything.
      .catch(() => undefined);
    if (!answer) return;
    const t = sentences(apiHolder);
    const choices = (value as Partial<RoleChoice>[]).map(choice => ({
      name: choice.name ?? '',
      arguments: choice.arguments ?? {},
    }));
    for (const problem of roleProblems(choices, answer.roles)) {
      validation.addError(sentenceOf(t, problem));
    }
  },
});

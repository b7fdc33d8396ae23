import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Skeleton, Text } from '@backstage/ui';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import { EnvironmentCards } from './EnvironmentCards';
import { LiveSelects, PlainInputs } from './PlacementSelects';
import { PlacementFooter } from './PlacementFooter';
import { SizeChoice } from './SizeChoice';
import { FieldBox } from './FieldBox';
import { type PlacementValue, placementProblem } from './placementChoices';
import { useLoaded } from './useLoaded';

const schema = makeFieldSchema({
  output: z =>
    z.object({
      environment: z.string().describe('Name of a configured environment'),
      size: z.string().describe('Name of a configured size, or custom'),
      cores: z.number().optional().describe('CPU cores of a custom size'),
      memoryMb: z.number().optional().describe('MiB of a custom size'),
      diskGb: z.number().optional().describe('GiB of a custom size'),
      node: z.string().optional().describe('Proxmox node; left out: chosen'),
      storage: z.string().optional().describe('Storage; left out: chosen'),
      image: z.string().optional().describe('Template; left out: the newest'),
    }),
  uiOptions: z =>
    z.object({
      kind: z.enum(['vm', 'lxc']).optional().describe('Kind of guest'),
    }),
});

type Output = typeof schema.TOutput;

/**
 * Environment, size, node, storage and image in one field: each depends on the others, and fields of a form can't read
 * one another. What the person leaves alone stays out of the value, and is chosen when the run starts.
 */
export function PlacementField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const kind = props.uiSchema['ui:options']?.kind ?? 'vm';
  const value: PlacementValue = props.formData ?? {};
  const { environment } = value;
  const { onChange } = props;

  const load = useCallback(
    (signal: AbortSignal) => api.getPlacement(environment ?? '', kind, signal),
    [api, environment, kind],
  );
  const { data, error } = useLoaded(environment ? load : undefined);

  // The form stores a value only as a whole; until then it is a part of one.
  const change = (next: PlacementValue) => onChange(next as Output);
  const chooseEnvironment = useCallback(
    // Another environment has other nodes and sizes: the rest of the choice no longer means anything.
    (name: string) => onChange({ environment: name } as Output),
    [onChange],
  );
  const owner = props.formContext?.formData?.owner;

  const choices = () => {
    if (!environment) {
      return <Text color="secondary">{t('field.placement.chooseFirst')}</Text>;
    }
    if (!data && !error) return <Skeleton height={200} />;
    const down = error?.message ?? data?.error;
    return (
      <>
        {down && (
          <Alert
            role="status"
            status="warning"
            icon
            title={t('field.placement.down')}
            description={`${t('field.placement.downWhat')} (${down})`}
          />
        )}
        <SizeChoice value={value} options={data} onChange={change} />
        {data && !down ? (
          <LiveSelects value={value} options={data} onChange={change} />
        ) : (
          <PlainInputs value={value} onChange={change} />
        )}
        {data && (
          <PlacementFooter
            value={value}
            options={data}
            owner={typeof owner === 'string' ? owner : undefined}
          />
        )}
      </>
    );
  };

  return (
    <FieldBox>
      <EnvironmentCards
        kind={kind}
        value={environment}
        onChange={chooseEnvironment}
      />
      {choices()}
    </FieldBox>
  );
}

export const placementField = createFormField({
  name: 'NantePlacement',
  component: PlacementField,
  schema,
  validation: async (value, validation, { apiHolder, uiSchema }) => {
    const api = apiHolder.get(infrastructureApiRef);
    const kind = uiSchema?.['ui:options']?.kind === 'lxc' ? 'lxc' : 'vm';
    const options =
      api && value?.environment
        ? await api.getPlacement(value.environment, kind).catch(() => undefined)
        : undefined;
    const problem = placementProblem(value, options);
    if (!problem) return;
    const maximum = options?.maximum;
    const sentences = {
      incomplete: 'Choose an environment and a size',
      customIncomplete: 'Give cores, memory and disk for a custom size',
      overMaximum: `At most ${maximum?.cores} cores, ${maximum?.memoryMb} MiB of memory and ${maximum?.diskGb} GiB of disk`,
    };
    if (problem.kind === 'refused') validation.addError(problem.reason);
    else if (problem.kind === 'infeasible') {
      validation.addError(`${problem.what} does not fit: choose another one`);
    } else validation.addError(sentences[problem.kind]);
  },
});

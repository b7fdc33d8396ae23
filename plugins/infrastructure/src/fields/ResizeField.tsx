import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Checkbox, Skeleton, Text } from '@backstage/ui';
import type {
  HostDetail,
  ResizePlanRequest,
} from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { bytes } from '../components/format';
import { ImpactAlert } from '../run/ImpactAlert';
import { infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';
import { HostGate } from './HostGate';
import { newRequestId } from './RequestIdField';
import { SizeChoice } from './SizeChoice';
import { pause } from './pause';
import { sentences } from './sentences';
import { type ChosenHost, chosenHost } from './useChosenHost';
import { useLoaded } from './useLoaded';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Pause after the last change of a figure before a plan is made, milliseconds. */
const PAUSE_MS = 600;

const schema = makeFieldSchema({
  output: z =>
    z.object({
      size: z.string().describe('Name of a configured size, or custom'),
      cores: z.number().optional().describe('Virtual CPUs'),
      memoryMb: z.number().optional().describe('Memory in MiB'),
      diskGb: z.number().optional().describe('System disk in GiB'),
      allowReboot: z.boolean().optional().describe('The host may restart'),
    }),
});

type Resize = Partial<NonNullable<(typeof schema.TProps)['formData']>>;

/** The question that a choice of size amounts to; undefined until it is complete. */
function requestOf(
  host: ChosenHost,
  value: Resize,
): ResizePlanRequest['request'] | undefined {
  const { size, cores, memoryMb, diskGb } = value;
  if (!size) return undefined;
  if (size === 'custom' && !(cores && memoryMb && diskGb)) return undefined;
  const { name, app, environment } = host;
  const asked = { size, cores, memoryMb, diskGb, allowReboot: true };
  return { ...asked, name, app, environment, requestId: newRequestId() };
}

/** A plan takes seconds: the field and its validation share the one of the same question. */
const plans = new WeakMap<
  InfrastructureApi,
  { question: string; answer: ReturnType<InfrastructureApi['planResize']> }
>();

function planOf(
  api: InfrastructureApi,
  request: ResizePlanRequest['request'],
  fresh: boolean,
): ReturnType<InfrastructureApi['planResize']> {
  const question = JSON.stringify({ ...request, requestId: undefined });
  const last = plans.get(api);
  if (!fresh && last?.question === question) return last.answer;
  const answer = api.planResize(request);
  plans.set(api, { question, answer });
  // A failed plan says nothing about the next.
  answer.catch(() => plans.delete(api));
  return answer;
}

function PlannedImpact(props: { host: ChosenHost; value: Resize }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { size, cores, memoryMb, diskGb } = props.value;
  const question = JSON.stringify({
    host: props.host,
    value: { size, cores, memoryMb, diskGb },
  });
  const load = useCallback(
    async (signal: AbortSignal) => {
      const { host, value } = JSON.parse(question);
      const request = requestOf(host, value);
      if (!request) return undefined;
      await pause(PAUSE_MS, signal);
      return planOf(api, request, true);
    },
    [api, question],
  );
  const complete = requestOf(props.host, props.value) !== undefined;
  const { data, error } = useLoaded(complete ? load : undefined);
  if (!complete) return null;
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.resize.failed')}
        description={error.message}
      />
    );
  }
  if (!data) {
    return (
      <div role="status">
        <Text color="secondary">{t('field.resize.planning')}</Text>
        <Skeleton height={64} />
      </div>
    );
  }
  return <ImpactAlert impact={data.impact} reasons={data.reasons} />;
}

function Sizes(props: {
  host: HostDetail;
  value: Resize;
  onChange(value: Resize): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const { host, value, onChange } = props;
  const { environment, kind } = host;
  const load = useCallback(
    (signal: AbortSignal) =>
      kind === 'server'
        ? Promise.reject(new Error('A server has no size'))
        : api.getPlacement(environment ?? '', kind, signal),
    [api, environment, kind],
  );
  const { data, error } = useLoaded(kind === 'server' ? undefined : load);
  if (kind === 'server') return <Text>{t('field.resize.server')}</Text>;
  if (!data && !error) return <Skeleton height={90} />;
  const now = {
    cores: host.cores,
    memoryMb: Math.round(host.memory / MIB),
    diskGb: Math.round(host.disk / GIB),
  };
  return (
    <>
      <Text>
        {t('field.resize.now', {
          host: host.name,
          cores: t('hosts.cores', { count: host.cores }),
          memory: bytes(host.memory),
          disk: bytes(host.disk),
        })}
      </Text>
      <SizeChoice
        value={value}
        options={data}
        start={now}
        onChange={({ size, cores, memoryMb, diskGb }) =>
          onChange({ ...value, size, cores, memoryMb, diskGb })
        }
      />
    </>
  );
}

/** Another size for a host, with what the change means for it, by a real plan. */
export function ResizeField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const formData = props.formContext?.formData;
  const value: Resize = props.formData ?? {};
  const set = (next: Resize) => props.onChange(next as never);
  const chosen = chosenHost(formData);
  return (
    <FieldBox>
      <HostGate formData={formData}>
        {host => (
          <>
            <Sizes host={host} value={value} onChange={set} />
            {chosen && <PlannedImpact host={chosen} value={value} />}
            {value.size && (
              <Checkbox
                isSelected={value.allowReboot ?? false}
                onChange={allowReboot => set({ ...value, allowReboot })}
              >
                {t('field.resize.allowReboot')}
              </Checkbox>
            )}
          </>
        )}
      </HostGate>
    </FieldBox>
  );
}

export const resizeField = createFormField({
  name: 'NanteResize',
  component: ResizeField,
  schema,
  validation: async (value, validation, { apiHolder, formData }) => {
    const t = sentences(apiHolder);
    const host = chosenHost(formData);
    const request = host && requestOf(host, value ?? {});
    if (!request) {
      validation.addError(t('field.resize.choose'));
      return;
    }
    const api = apiHolder.get(infrastructureApiRef);
    // Without an answer now, the run plans anew before it changes anything.
    const plan = await (api && planOf(api, request, false).catch(() => null));
    if (plan?.impact === 'rebuild') validation.addError(t('field.resize.no'));
    if (plan?.impact === 'reboot' && !value.allowReboot) {
      validation.addError(t('field.resize.agree'));
    }
  },
});

import {
  identityApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Select, Skeleton, Text } from '@backstage/ui';
import {
  type HostSummary,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useMemo } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';
import { useLoaded } from './useLoaded';

const schema = makeFieldSchema({
  output: z =>
    z.object({
      app: z.string().describe('App that the host belongs to'),
      environment: z.string().describe('Its environment'),
      name: z.string().describe('Its name'),
      entityRef: z.string().describe('Its entity in the catalog'),
    }),
  uiOptions: z =>
    z.object({
      destroys: z
        .boolean()
        .optional()
        .describe('The host is destroyed: only what was made here'),
    }),
});

/** Hosts of ours that belong to the person; to an operator all of them do. */
function useOwnHosts(managements: HostSummary['management'][]) {
  const api = useApi(infrastructureApiRef);
  const identity = useApi(identityApiRef);
  const { allowed: operator } = usePermission({
    permission: operatePermission,
  });
  const load = useCallback(
    async (signal: AbortSignal) => {
      const [{ hosts }, me] = await Promise.all([
        api.listHosts(signal),
        identity.getBackstageIdentity(),
      ]);
      return { hosts, groups: me.ownershipEntityRefs };
    },
    [api, identity],
  );
  const { data, error } = useLoaded(load);
  const own = useMemo(
    () =>
      data?.hosts
        .filter(
          host =>
            managements.includes(host.management) &&
            (operator || (host.owner && data.groups.includes(host.owner))),
        )
        .sort((a, b) => a.name.localeCompare(b.name)),
    [data, operator, managements],
  );
  return { own, error };
}

const made: HostSummary['management'][] = ['managed', 'missing'];
const cared: HostSummary['management'][] = [...made, 'onboarded'];

/** Choice of a host; filled in when the form was opened from the host. */
export function HostPickerField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const destroys = props.uiSchema?.['ui:options']?.destroys ?? false;
  const { own, error } = useOwnHosts(destroys ? made : cared);
  const { formData } = props;
  // Whoever opened the form may know the host without its entity.
  const chosen =
    formData?.entityRef ??
    own?.find(
      host =>
        host.name === formData?.name &&
        host.app === formData.app &&
        host.environment === formData.environment,
    )?.entityRef ??
    formData?.name;

  const pick = (host: HostSummary | undefined) =>
    props.onChange(
      host && {
        app: host.app ?? '',
        environment: host.environment ?? '',
        name: host.name,
        entityRef: host.entityRef,
      },
    );
  const options = (own ?? []).map(host => ({
    value: host.entityRef,
    label: `${host.name} (${host.app}, ${host.environment}, ${t(`kind.${host.kind}`)}${host.vmId ? ` ${host.vmId}` : ''})`,
  }));
  // A host that the list doesn't have is still what the person came for; whether it may be changed is checked by the backend.
  if (formData?.name && !options.some(({ value }) => value === chosen)) {
    options.unshift({
      value: chosen ?? formData.name,
      label: `${formData.name} (${formData.app}, ${formData.environment})`,
    });
  }

  if (error && options.length === 0) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('field.host.failed')}
        description={error.message}
      />
    );
  }
  if (!own && !error && !chosen) return <Skeleton height={64} />;
  if (options.length === 0) return <Text>{t('field.host.none')}</Text>;
  return (
    <FieldBox>
      <Select
        label={props.schema.title ?? t('field.host.label')}
        description={
          props.schema.description ??
          t(destroys ? 'field.host.what' : 'field.host.whatAny')
        }
        isRequired={props.required}
        search
        options={options}
        value={chosen ?? null}
        onChange={key => pick(own?.find(host => host.entityRef === key))}
      />
      {chosen && destroys && (
        <Alert status="warning" icon title={t('field.host.lost')} />
      )}
    </FieldBox>
  );
}

export const hostPickerField = createFormField({
  name: 'NanteHostPicker',
  component: HostPickerField,
  schema,
  validation: (value, validation) => {
    if (!value?.name || !value.app || !value.environment) {
      validation.addError('Choose a host');
    }
  },
});

import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Text, TextField } from '@backstage/ui';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { useEffect, useState } from 'react';
import { createFormField } from '../alphaImports';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { refName } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';

/** Pause in typing after which a name is looked up, milliseconds. */
const PAUSE_MS = 400;

const schema = makeFieldSchema({
  output: z => z.string().describe('Host name, a DNS label'),
});

async function findTaken(
  api: InfrastructureApi,
  name: string,
  signal?: AbortSignal,
): Promise<HostSummary | undefined> {
  const { hosts } = await api.listHosts(signal);
  return hosts.find(host => host.name === name);
}

type Look =
  | { state: 'idle' | 'checking' | 'free' | 'unchecked' }
  | { state: 'taken'; host: HostSummary };

function useNameLook(name: string): Look {
  const api = useApi(infrastructureApiRef);
  const [look, setLook] = useState<Look>({ state: 'idle' });
  useEffect(() => {
    if (!dnsLabelPattern.test(name)) {
      setLook({ state: 'idle' });
      return undefined;
    }
    const abort = new AbortController();
    setLook({ state: 'checking' });
    const timer = setTimeout(async () => {
      try {
        const host = await findTaken(api, name, abort.signal);
        if (abort.signal.aborted) return;
        setLook(host ? { state: 'taken', host } : { state: 'free' });
      } catch {
        if (!abort.signal.aborted) setLook({ state: 'unchecked' });
      }
    }, PAUSE_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [api, name]);
  return look;
}

/** Name of a host, looked up in Proxmox while it is typed. */
export function HostNameField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const value = props.formData ?? '';
  const look = useNameLook(value);

  const takenSentence = (host: HostSummary) => {
    const words = {
      name: value,
      kind: t(`kind.${host.kind}`),
      vmId: String(host.vmId),
      node: host.node,
    };
    return host.owner
      ? t('field.name.taken', { ...words, owner: refName(host.owner) })
      : t('field.name.takenUnmanaged', words);
  };
  const sentence = () => {
    switch (look.state) {
      case 'checking':
        return t('field.name.checking');
      case 'free':
        return t('field.name.free', { name: value });
      case 'unchecked':
        return t('field.name.unchecked');
      case 'taken':
        return takenSentence(look.host);
      default:
        return '';
    }
  };
  return (
    <FieldBox>
      <TextField
        id={props.idSchema?.$id}
        label={props.schema.title ?? t('field.name.label')}
        description={props.schema.description ?? t('field.name.what')}
        value={value}
        isRequired={props.required}
        isDisabled={props.disabled}
        isInvalid={look.state === 'taken' || Boolean(props.rawErrors?.length)}
        autoComplete="off"
        onChange={text => props.onChange(text === '' ? undefined : text)}
      />
      <Text
        role="status"
        color={look.state === 'taken' ? 'danger' : 'secondary'}
      >
        {sentence()}
      </Text>
    </FieldBox>
  );
}

export const hostNameField = createFormField({
  name: 'NanteHostName',
  component: HostNameField,
  schema,
  validation: async (value, validation, { apiHolder }) => {
    if (!dnsLabelPattern.test(value ?? '')) {
      validation.addError(dnsLabelHint);
      return;
    }
    const api = apiHolder.get(infrastructureApiRef);
    // Where Proxmox doesn't answer the name is checked again when the run starts.
    const host = api && (await findTaken(api, value).catch(() => undefined));
    if (host) {
      validation.addError(
        `"${value}" is taken: guest ${host.vmId} on ${host.node}, ${host.owner ? `of ${refName(host.owner)}` : 'not made here'}`,
      );
    }
  },
});

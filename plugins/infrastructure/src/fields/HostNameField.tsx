import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { refName } from '../components/format';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import { NameInput } from './NameInput';
import { type Look, useLook } from './useLook';

const schema = makeFieldSchema({
  output: z => z.string().describe('Host name, a DNS label'),
});

/** Looks a host up by its name. @returns null where there is none */
export async function findHost(
  api: InfrastructureApi,
  name: string,
  signal?: AbortSignal,
): Promise<HostSummary | null> {
  const { hosts } = await api.listHosts(signal);
  return hosts.find(host => host.name === name) ?? null;
}

/** Who has a name, for a person. */
export function takenSentence(t: Sentences, host: HostSummary): string {
  const words = {
    name: host.name,
    kind: t(`kind.${host.kind}`),
    vmId: String(host.vmId),
    node: host.node,
  };
  return host.owner
    ? t('field.name.taken', { ...words, owner: refName(host.owner) })
    : t('field.name.takenUnmanaged', words);
}

/** The host that has a name, looked up while it is typed. */
export function useHostLook(name: string): Look<HostSummary | null> {
  const api = useApi(infrastructureApiRef);
  const lookUp = useCallback(
    (text: string, signal: AbortSignal) => findHost(api, text, signal),
    [api],
  );
  return useLook(dnsLabelPattern.test(name) ? name : undefined, lookUp);
}

/** What is known of a name, for a person. */
export function lookSentence(
  t: Sentences,
  name: string,
  look: Look<HostSummary | null>,
): string {
  if (look.state === 'idle') return '';
  if (look.state !== 'known') return t(`field.name.${look.state}`);
  return look.answer
    ? takenSentence(t, look.answer)
    : t('field.name.free', { name });
}

/** Name of a host, looked up in Proxmox while it is typed. */
export function HostNameField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const value = props.formData ?? '';
  const look = useHostLook(value);
  return (
    <NameInput
      {...props}
      label={t('field.name.label')}
      what={t('field.name.what')}
      value={value}
      sentence={lookSentence(t, value, look)}
      isTaken={look.state === 'known' && look.answer !== null}
    />
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
    const host = api && (await findHost(api, value).catch(() => undefined));
    if (host) {
      validation.addError(
        `"${value}" is taken: guest ${host.vmId} on ${host.node}, ${host.owner ? `of ${refName(host.owner)}` : 'not made here'}`,
      );
    }
  },
});

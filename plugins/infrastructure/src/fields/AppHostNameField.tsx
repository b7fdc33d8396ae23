import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import { useEffect, useRef } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import {
  findHost,
  lookSentence,
  takenSentence,
  useHostLook,
} from './HostNameField';
import { NameInput } from './NameInput';
import { sentences } from './sentences';

const schema = makeFieldSchema({
  output: z => z.string().describe('Name of the first host of a new app'),
});

type Form = { name?: unknown } | undefined;

/** Name of the app that a form is about; its first page asks for it. */
function appOf(form: Form): string | undefined {
  return typeof form?.name === 'string' && dnsLabelPattern.test(form.name)
    ? form.name
    : undefined;
}

/** A host of the same app is no other one's: the request goes on with it. */
const isOwn = (host: HostSummary, app: string | undefined) =>
  host.management === 'managed' && app !== undefined && host.app === app;

/** Name of the first host of a new application, made from its name until somebody types another one. */
export function AppHostNameField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { formData: value, onChange } = props;
  const app = appOf(props.formContext?.formData);
  const preset = app && `${app}-1`;
  const last = useRef(value === preset ? preset : undefined);
  useEffect(() => {
    if (preset === undefined || preset === last.current) return;
    if (value === undefined || value === last.current) {
      last.current = preset;
      onChange(preset);
    }
  }, [preset, value, onChange]);

  const look = useHostLook(value ?? '');
  const host = look.state === 'known' ? look.answer : null;
  const own = host !== null && isOwn(host, app);
  return (
    <NameInput
      {...props}
      label={t('field.name.label')}
      what={t('field.name.what')}
      value={value ?? ''}
      sentence={
        own
          ? t('field.app.ownHost', { name: host.name })
          : lookSentence(t, value ?? '', look)
      }
      isTaken={host !== null && !own}
    />
  );
}

export const appHostNameField = createFormField({
  name: 'NanteAppHostName',
  component: AppHostNameField,
  schema,
  validation: async (value, validation, { apiHolder, formData }) => {
    if (!dnsLabelPattern.test(value ?? '')) {
      validation.addError(dnsLabelHint);
      return;
    }
    const api = apiHolder.get(infrastructureApiRef);
    // Where Proxmox doesn't answer the name is checked again when the run starts.
    const host = await (api && findHost(api, value).catch(() => undefined));
    if (host && !isOwn(host, appOf(formData as Form)))
      validation.addError(takenSentence(sentences(apiHolder), host));
  },
});

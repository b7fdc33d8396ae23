import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import type { AppNameResponse } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { refName } from '../components/format';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import { NameInput } from './NameInput';
import { sentences } from './sentences';
import { useLook } from './useLook';

const schema = makeFieldSchema({
  output: z => z.string().describe('Name of a new application, a DNS label'),
});

/** Whether a name is free, and who has it where it is not. */
function answerSentence(
  t: Sentences,
  name: string,
  { state, by, unasked }: AppNameResponse,
): string {
  if (state === 'own') return t('field.app.own', { name });
  if (state === 'free')
    return unasked.length > 0
      ? t('field.app.unchecked')
      : t('field.app.free', { name });
  if (by?.owner)
    return t('field.app.takenBy', { name, owner: refName(by.owner) });
  return by?.kind === 'repository'
    ? t('field.app.takenRepository', { name })
    : t('field.app.takenByNobody', { name });
}

/** Name of a new application, looked up in the catalog and in GitHub while it is typed. */
export function AppNameField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const value = props.formData ?? '';
  const lookUp = useCallback(
    (name: string, signal: AbortSignal) => api.appName(name, signal),
    [api],
  );
  const look = useLook(dnsLabelPattern.test(value) ? value : undefined, lookUp);
  const sentence = () => {
    switch (look.state) {
      case 'known':
        return answerSentence(t, value, look.answer);
      case 'idle':
        return '';
      default:
        return t(`field.app.${look.state}`);
    }
  };
  return (
    <NameInput
      {...props}
      label={t('field.app.label')}
      what={t('field.app.what')}
      value={value}
      sentence={sentence()}
      isTaken={look.state === 'known' && look.answer.state === 'taken'}
    />
  );
}

export const appNameField = createFormField({
  name: 'NanteAppName',
  component: AppNameField,
  schema,
  validation: async (value, validation, { apiHolder }) => {
    if (!dnsLabelPattern.test(value ?? '')) {
      validation.addError(dnsLabelHint);
      return;
    }
    const api = apiHolder.get(infrastructureApiRef);
    // What does not answer is asked again when the request starts.
    const answer = await api?.appName(value).catch(() => undefined);
    if (answer?.state === 'taken')
      validation.addError(answerSentence(sentences(apiHolder), value, answer));
  },
});

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Flex, Text } from '@backstage/ui';
import { createFormField } from '../alphaImports';
import { HealthLabel } from '../components/StateLabel';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import { FieldBox } from './FieldBox';
import { sentences } from './sentences';
import { useChosenHost } from './useChosenHost';

const actions = ['start', 'shutdown', 'reboot', 'stop'] as const;
type Action = (typeof actions)[number];

const schema = makeFieldSchema({
  output: z => z.enum(actions).describe('What to do with the power'),
});

/** Start, shut down, restart or cut the power, each with what it does. */
export function PowerActionField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  // How the host does now is good to know, and nothing to wait for.
  const { data: host } = useChosenHost(props.formContext?.formData);
  return (
    <FieldBox>
      {host && (
        <Flex gap="2" align="center">
          <Text>{t('power.now', { host: host.name })}</Text>
          <HealthLabel state={host.state} native={host.nativeState} />
        </Flex>
      )}
      <ChoiceCards
        label={props.schema.title ?? t('power.label')}
        value={props.formData}
        onChange={id => props.onChange(id as Action)}
        choices={actions.map(action => ({
          id: action,
          title: t(`power.${action}`),
          lines: [t(`power.what.${action}`)],
        }))}
      />
      {props.formData === 'stop' && (
        <Alert status="warning" icon title={t('power.stopLoses')} />
      )}
    </FieldBox>
  );
}

export const powerActionField = createFormField({
  name: 'NantePowerAction',
  component: PowerActionField,
  schema,
  validation: (value, validation, { apiHolder }) => {
    if (!actions.includes(value)) {
      validation.addError(sentences(apiHolder)('power.choose'));
    }
  },
});

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { TextField } from '@backstage/ui';
import { createFormField } from '../alphaImports';
import { infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';

const schema = makeFieldSchema({
  output: z => z.string().describe('The name of the host, typed once more'),
});

/** The name of the host, typed by hand: nobody destroys the wrong one with a click. */
export function ConfirmNameField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <FieldBox>
      <TextField
        id={props.idSchema?.$id}
        label={props.schema.title ?? t('field.host.confirm')}
        description={props.schema.description}
        value={props.formData ?? ''}
        isRequired={props.required}
        isInvalid={Boolean(props.rawErrors?.length)}
        autoComplete="off"
        onChange={text => props.onChange(text === '' ? undefined : text)}
      />
    </FieldBox>
  );
}

export const confirmNameField = createFormField({
  name: 'NanteConfirmName',
  component: ConfirmNameField,
  schema,
  validation: (value, validation, { formData }) => {
    const host = formData.host as { name?: string } | undefined;
    if (host?.name && value !== host.name) {
      validation.addError(`Type "${host.name}" exactly`);
    }
  },
});

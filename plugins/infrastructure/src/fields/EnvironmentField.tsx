import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '../alphaImports';
import { EnvironmentCards } from './EnvironmentCards';
import { FieldBox } from './FieldBox';

const schema = makeFieldSchema({
  output: z => z.string().describe('Name of a configured environment'),
  uiOptions: z =>
    z.object({
      kind: z.enum(['vm', 'lxc']).optional().describe('Kind of guest'),
    }),
});

/** Choice of an environment, for templates that need nothing else of a placement. */
export function EnvironmentField(props: typeof schema.TProps) {
  return (
    <FieldBox>
      <EnvironmentCards
        kind={props.uiSchema['ui:options']?.kind ?? 'vm'}
        label={props.schema.title}
        value={props.formData}
        onChange={props.onChange}
      />
    </FieldBox>
  );
}

export const environmentField = createFormField({
  name: 'NanteEnvironment',
  component: EnvironmentField,
  schema,
});

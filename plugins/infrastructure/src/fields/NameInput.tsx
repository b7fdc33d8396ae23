import { Text, TextField } from '@backstage/ui';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { FieldBox } from './FieldBox';

/** Input for a name, with a sentence about it below. */
export function NameInput(
  props: FieldExtensionComponentProps<string> & {
    /** Where the schema has no title. */
    label: string;
    /** Where the schema has no description. */
    what: string;
    value: string;
    sentence: string;
    isTaken: boolean;
  },
) {
  return (
    <FieldBox>
      <TextField
        id={props.idSchema?.$id}
        label={props.schema.title ?? props.label}
        description={props.schema.description ?? props.what}
        value={props.value}
        isRequired={props.required}
        isDisabled={props.disabled}
        isInvalid={props.isTaken || Boolean(props.rawErrors?.length)}
        autoComplete="off"
        onChange={text => props.onChange(text === '' ? undefined : text)}
      />
      <Text role="status" color={props.isTaken ? 'danger' : 'secondary'}>
        {props.sentence}
      </Text>
    </FieldBox>
  );
}

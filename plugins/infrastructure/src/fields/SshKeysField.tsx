import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Text, TextAreaField } from '@backstage/ui';
import { sshPublicKeySchema } from '@nante/model';
import { useState } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureTranslationRef } from '../translation';
import { FieldBox } from './FieldBox';

const schema = makeFieldSchema({
  output: z => z.array(z.string()).describe('OpenSSH public keys'),
});

/** What is wrong with which line of a list of keys, counted from 1. */
export function keyProblems(
  keys: string[],
): { line: number; problem: string }[] {
  return keys.flatMap((key, index) => {
    const result = sshPublicKeySchema.safeParse(key);
    return result.success
      ? []
      : [{ line: index + 1, problem: result.error.issues[0].message }];
  });
}

function split(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
}

/** Public keys, one a line. */
export function SshKeysField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const [text, setText] = useState((props.formData ?? []).join('\n'));
  const [left, setLeft] = useState(false);
  const problems = keyProblems(split(text));
  return (
    <FieldBox>
      <TextAreaField
        id={props.idSchema?.$id}
        label={props.schema.title ?? t('field.keys.label')}
        description={props.schema.description ?? t('field.keys.what')}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        rows={4}
        value={text}
        isRequired={props.required}
        isInvalid={left && problems.length > 0}
        onBlur={() => setLeft(true)}
        onChange={next => {
          setText(next);
          props.onChange(split(next));
        }}
      />
      {left &&
        problems.map(({ line, problem }) => (
          <Text key={line} color="danger" role="alert">
            {t('field.keys.line', { line: String(line), problem })}
          </Text>
        ))}
    </FieldBox>
  );
}

export const sshKeysField = createFormField({
  name: 'NanteSshKeys',
  component: SshKeysField,
  schema,
  validation: (value, validation, { schema: { minItems } }) => {
    const keys = value ?? [];
    if (keys.length === 0 && minItems) {
      validation.addError(
        'Give at least one public key, otherwise nobody can log in',
      );
    }
    for (const { line, problem } of keyProblems(keys)) {
      validation.addError(`Line ${line}: ${problem}`);
    }
  },
});

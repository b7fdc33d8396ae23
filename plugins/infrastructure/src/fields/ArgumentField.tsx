import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  NumberField,
  Select,
  Switch,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import type { RoleArgument } from '@nante/model';
import { RiAddLine, RiDeleteBinLine } from '@remixicon/react';
import { useId, useState } from 'react';
import { infrastructureTranslationRef } from '../translation';
import styles from './fields.module.css';
import {
  argumentLabel,
  boundsOf,
  inputOf,
  isDict,
  readJson,
  readLines,
  readPairs,
  withArgument,
  writeValue,
} from './roleArguments';

export interface ArgumentFieldProps {
  argument: RoleArgument;
  /** Role whose name the argument begins with. */
  role?: string;
  /** Undefined means the default. */
  value: unknown;
  onChange(value: unknown): void;
}

/** What the fields have in common. A required field is checked with the form, not by the browser: it may be folded away. */
function common({ argument, role }: ArgumentFieldProps) {
  return {
    label: argumentLabel(argument, role),
    description: argument.description,
    isRequired: argument.required,
    validationBehavior: 'aria' as const,
  };
}

function SwitchInput(props: ArgumentFieldProps) {
  const { argument, role, value, onChange } = props;
  const what = useId();
  return (
    <div>
      <Switch
        label={argumentLabel(argument, role)}
        aria-describedby={what}
        isSelected={Boolean(value ?? argument.default)}
        onChange={onChange}
      />
      <Text as="p" id={what} variant="body-small" color="secondary">
        {argument.description}
      </Text>
    </div>
  );
}

function ChoiceInput(props: ArgumentFieldProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { argument, value, onChange } = props;
  const choices = argument.choices ?? [];
  const chosen = choices.findIndex(
    choice => choice === (value ?? argument.default),
  );
  const options = choices.map((choice, index) => ({
    value: String(index),
    label: String(choice),
  }));
  // What has neither a default nor to be given can be taken back.
  if (argument.default === undefined && !argument.required) {
    options.unshift({ value: '-1', label: t('field.software.unset') });
  }
  return (
    <Select
      {...common(props)}
      options={options}
      value={options.some(o => o.value === String(chosen)) ? `${chosen}` : null}
      onChange={key => onChange(choices[Number(key)])}
    />
  );
}

function NumberInput(props: ArgumentFieldProps) {
  const { argument, value, onChange } = props;
  const { min, max } = boundsOf(argument);
  const shown = value ?? argument.default;
  return (
    <NumberField
      {...common(props)}
      // Ports are no amounts: 8080, not 8,080.
      formatOptions={{ useGrouping: false }}
      minValue={min}
      maxValue={max}
      step={argument.type === 'int' ? 1 : undefined}
      value={typeof shown === 'number' ? shown : NaN}
      onChange={next => onChange(Number.isNaN(next) ? undefined : next)}
    />
  );
}

const readers = {
  longText: (text: string): unknown => text,
  lines: readLines,
  pairs: readPairs,
  json: readJson,
};

/** Values that are written as text of several lines. */
function LinesInput(
  props: ArgumentFieldProps & { input: keyof typeof readers },
) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { argument, value, input, onChange } = props;
  const [text, setText] = useState(() =>
    writeValue(value ?? argument.default, input),
  );
  const [left, setLeft] = useState(false);
  const unread = input !== 'longText' && typeof value === 'string';
  return (
    <div>
      <TextAreaField
        {...common(props)}
        description={
          input === 'longText'
            ? argument.description
            : `${argument.description} ${t(`field.software.${input}`)}`
        }
        rows={3}
        value={text}
        isInvalid={left && unread}
        onBlur={() => setLeft(true)}
        onChange={next => {
          setText(next);
          onChange(readers[input](next, argument.elements));
        }}
      />
      {left && unread && (
        <Text role="alert" color="danger">
          {t(`field.software.not.${input === 'pairs' ? 'pairs' : 'json'}`)}
        </Text>
      )}
    </div>
  );
}

/** The members of a dict, each with a field of its own. */
function GroupInput(props: {
  specs: RoleArgument[];
  value: unknown;
  onChange(value: Record<string, unknown>): void;
}) {
  const values = isDict(props.value) ? props.value : {};
  return (
    <div className={styles.stack}>
      {props.specs.map(spec => (
        <ArgumentField
          key={spec.name}
          argument={spec}
          value={values[spec.name]}
          onChange={value => props.onChange(withArgument(values, spec, value))}
        />
      ))}
    </div>
  );
}

/** A list of dicts: one group of fields for each, and a button for one more. */
function GroupsInput(props: ArgumentFieldProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { argument, role, value, onChange } = props;
  const shown = value ?? argument.default;
  const items = Array.isArray(shown) ? shown : [];
  const name = argumentLabel(argument, role);
  // Fields that keep a text of their own are made anew when a removal moves the values.
  const [removals, setRemovals] = useState(0);
  return (
    <fieldset className={styles.cards}>
      <legend className={styles.legend}>{name}</legend>
      <Text as="p" variant="body-small" color="secondary">
        {argument.description}
      </Text>
      <div className={styles.stack}>
        {items.map((item, index) => {
          const title = t('field.software.item', {
            name,
            number: String(index + 1),
          });
          return (
            <div
              // eslint-disable-next-line react/no-array-index-key
              key={`${removals}/${index}`}
              className={styles.group}
              role="group"
              aria-label={title}
            >
              <div className={styles.bar}>
                <Text weight="bold">{title}</Text>
                <Button
                  size="small"
                  variant="tertiary"
                  iconStart={<RiDeleteBinLine />}
                  aria-label={t('field.software.removeItem', { item: title })}
                  onPress={() => {
                    setRemovals(removals + 1);
                    onChange(items.filter((_, at) => at !== index));
                  }}
                >
                  {t('field.software.removeShort')}
                </Button>
              </div>
              <GroupInput
                specs={argument.options ?? []}
                value={item}
                onChange={next =>
                  onChange(items.map((old, at) => (at === index ? next : old)))
                }
              />
            </div>
          );
        })}
        <div>
          <Button
            size="small"
            variant="secondary"
            iconStart={<RiAddLine />}
            onPress={() => onChange([...items, {}])}
          >
            {t('field.software.addItem', { name })}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}

/** One argument of a role, asked for as its specification says. */
export function ArgumentField(props: ArgumentFieldProps) {
  const { argument, role, value, onChange } = props;
  const input = inputOf(argument);
  switch (input) {
    case 'switch':
      return <SwitchInput {...props} />;
    case 'choice':
      return <ChoiceInput {...props} />;
    case 'number':
      return <NumberInput {...props} />;
    case 'text':
      return (
        <TextField
          {...common(props)}
          autoComplete="off"
          value={String(value ?? argument.default ?? '')}
          onChange={onChange}
        />
      );
    case 'group':
      return (
        <fieldset className={styles.cards}>
          <legend className={styles.legend}>
            {argumentLabel(argument, role)}
          </legend>
          <div className={styles.group}>
            <GroupInput
              specs={argument.options ?? []}
              value={value ?? argument.default}
              onChange={onChange}
            />
          </div>
        </fieldset>
      );
    case 'groups':
      return <GroupsInput {...props} />;
    default:
      return <LinesInput {...props} input={input} />;
  }
}

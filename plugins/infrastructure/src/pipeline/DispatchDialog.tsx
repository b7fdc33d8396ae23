import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Checkbox,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import type {
  PipelineActionResponse,
  PipelineResponse,
} from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { infrastructureTranslationRef } from '../translation';
import styles from './Pipeline.module.css';

type Workflow = PipelineResponse['dispatchable'][number];
type Input = Workflow['inputs'][number];

/** The question that fits an input's type; GitHub takes every answer as text. */
function InputField(props: {
  input: Input;
  value: string;
  onChange(value: string): void;
}) {
  const { input, value, onChange } = props;
  const { name, description, required } = input;
  if (input.type === 'boolean') {
    return (
      <Checkbox
        isSelected={value === 'true'}
        onChange={on => onChange(String(on))}
      >
        {description ? `${name}: ${description}` : name}
      </Checkbox>
    );
  }
  if (input.type === 'choice' && input.options) {
    return (
      <Select
        label={name}
        description={description}
        isRequired={required}
        value={value || null}
        options={input.options.map(option => ({
          value: option,
          label: option,
        }))}
        onChange={key => onChange(String(key))}
      />
    );
  }
  return (
    <TextField
      label={name}
      description={description}
      isRequired={required}
      inputMode={input.type === 'number' ? 'decimal' : 'text'}
      value={value}
      onChange={onChange}
    />
  );
}

function defaultsOf(workflow: Workflow | undefined): Record<string, string> {
  return Object.fromEntries(
    (workflow?.inputs ?? []).map(input => [input.name, input.default ?? '']),
  );
}

function Content(props: {
  entityRef: string;
  workflows: Workflow[];
  branch: string;
  onStarted(started: PipelineActionResponse): void;
  onClose(): void;
}) {
  const { workflows } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const [workflow, setWorkflow] = useState<Workflow | undefined>(workflows[0]);
  const [values, setValues] = useState(() => defaultsOf(workflows[0]));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const inputs = workflow?.inputs ?? [];
  const isReady =
    workflow !== undefined &&
    inputs.every(({ name, required }) => !required || values[name]?.trim());

  const start = async () => {
    if (!workflow) return;
    setBusy(true);
    setError(undefined);
    try {
      // What was left empty is left out: the workflow then takes its own default.
      const given = Object.entries(values).filter(([, value]) => value !== '');
      props.onStarted(
        await api.actOnPipeline({
          entityRef: props.entityRef,
          action: 'dispatch',
          file: workflow.file,
          inputs: Object.fromEntries(given),
        }),
      );
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      setBusy(false);
    }
  };

  return (
    <>
      <DialogHeader>{t('pipeline.dispatch.title')}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <Text as="p">
            {t('pipeline.dispatch.what', { branch: props.branch })}
          </Text>
          <Select
            label={t('pipeline.dispatch.workflow')}
            value={workflow?.file ?? null}
            options={workflows.map(({ file, name }) => ({
              value: file,
              label: `${name} (${file})`,
            }))}
            onChange={key => {
              const next = workflows.find(({ file }) => file === key);
              setWorkflow(next);
              setValues(defaultsOf(next));
            }}
          />
          {inputs.length === 0 && (
            <Text color="secondary">{t('pipeline.dispatch.noInputs')}</Text>
          )}
          {inputs.map(input => (
            <InputField
              key={`${workflow?.file}/${input.name}`}
              input={input}
              value={values[input.name] ?? ''}
              onChange={value =>
                setValues(old => ({ ...old, [input.name]: value }))
              }
            />
          ))}
          {error && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={t('pipeline.dispatch.failed')}
              description={error}
            />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" isDisabled={isBusy} onPress={props.onClose}>
          {t('pipeline.dispatch.close')}
        </Button>
        <Button isDisabled={!isReady} isPending={isBusy} onPress={start}>
          {t('pipeline.dispatch.start')}
        </Button>
      </DialogFooter>
    </>
  );
}

/** Asks which workflow and what for, and starts it. */
export function DispatchDialog(props: {
  isOpen: boolean;
  entityRef: string;
  workflows: Workflow[];
  branch: string;
  onStarted(started: PipelineActionResponse): void;
  onClose(): void;
}) {
  return (
    <Dialog
      isOpen={props.isOpen}
      onOpenChange={open => !open && props.onClose()}
    >
      {props.isOpen && <Content {...props} />}
    </Dialog>
  );
}

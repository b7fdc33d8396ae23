import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Alert, Button, Flex, Text } from '@backstage/ui';
import type { PlanSummary, RoleChoice } from '@nante/model';
import type {
  CheckRequest,
  CheckedProblem,
} from '@nante/plugin-infrastructure-common';
import { useState } from 'react';
import { createFormField } from '../alphaImports';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { refName } from '../components/format';
import { PlanTable } from '../run/PlanTable';
import { infrastructureTranslationRef } from '../translation';
import { newRequestId } from './RequestIdField';
import { FieldBox } from './FieldBox';
import { targetSentence } from './targetForm';
import type { PlacementValue } from './placementChoices';

const schema = makeFieldSchema({
  output: z => z.string().optional(),
  uiOptions: z =>
    z.object({
      kind: z.enum(['vm', 'lxc']).optional().describe('Kind of guest'),
    }),
});

type Request = CheckRequest['request'];

/** The request that a form's values amount to; undefined while something is missing. */
export function requestOf(
  form: Record<string, unknown>,
  kind: 'vm' | 'lxc',
): Request | undefined {
  const placement = (form.placement ?? {}) as PlacementValue;
  const { name, app, owner } = form as Record<string, string | undefined>;
  if (!name || !app || !owner) return undefined;
  if (!placement.environment || !placement.size) return undefined;
  return {
    ...placement,
    environment: placement.environment,
    size: placement.size,
    requestId: (form.requestId as string | undefined) ?? newRequestId(),
    kind,
    name,
    app: refName(app),
    owner,
    sshKeys: (form.sshKeys as string[] | undefined) ?? [],
    purpose: form.purpose as string | undefined,
    roles: (form.software as Partial<RoleChoice>[] | undefined)?.map(role => ({
      name: role.name ?? '',
      arguments: role.arguments ?? {},
    })),
    target: (form.target as Request['target'] | null) ?? undefined,
    initScript: (form.initScript as string | undefined) || undefined,
    allowChange: false,
  };
}

/** Asks the backend what speaks against the request, and what Terraform would do; changes nothing. */
export function PlanPreviewField(props: typeof schema.TProps) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const [busy, setBusy] = useState<'check' | 'plan'>();
  const [problems, setProblems] = useState<CheckedProblem[]>();
  const [plan, setPlan] = useState<PlanSummary>();
  const [error, setError] = useState<Error>();
  const request = requestOf(
    props.formContext?.formData ?? {},
    props.uiSchema['ui:options']?.kind ?? 'vm',
  );
  if (!request) return <Text>{t('field.plan.incomplete')}</Text>;

  const run = async (what: 'check' | 'plan') => {
    setBusy(what);
    setError(undefined);
    try {
      const checked = (await api.check(request)).problems;
      setProblems(checked);
      if (what === 'plan' && checked.length === 0) {
        setPlan((await api.plan(request)).plan);
      }
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setBusy(undefined);
    }
  };
  const becomes = targetSentence(t, props.formContext?.formData ?? {});
  return (
    <FieldBox>
      <Text color="secondary">{t('field.plan.what')}</Text>
      {becomes && <Text as="p">{becomes}</Text>}
      <Flex gap="2">
        <Button
          variant="secondary"
          isPending={busy === 'check'}
          onPress={() => run('check')}
        >
          {t('field.plan.check')}
        </Button>
        <Button
          variant="secondary"
          isPending={busy === 'plan'}
          onPress={() => run('plan')}
        >
          {t('field.plan.plan')}
        </Button>
      </Flex>
      {error && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('field.plan.failed')}
          description={error.message}
        />
      )}
      {problems?.length === 0 && (
        <Alert status="success" icon title={t('field.plan.fine')} />
      )}
      {problems && problems.length > 0 && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('field.plan.problems')}
          description={
            <ul>
              {problems.map(problem => (
                <li key={problem.id}>{problem.message}</li>
              ))}
            </ul>
          }
        />
      )}
      {plan && <PlanTable plan={plan} />}
    </FieldBox>
  );
}

export const planPreviewField = createFormField({
  name: 'NantePlanPreview',
  component: PlanPreviewField,
  schema,
});

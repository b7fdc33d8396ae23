import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Link, Text } from '@backstage/ui';
import type { RunDocument } from '@nante/model';
import { SimpleTable } from '../components/SimpleTable';
import { infrastructureTranslationRef } from '../translation';

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What was asked for, as text; and which tools did it. */
export function InputsTab({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const inputs = Object.entries(run.inputs).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const tools = [run.tools.terraform, run.tools.provider, run.tools.guests]
    .filter(Boolean)
    .join(', ');
  return (
    <Flex direction="column" gap="4">
      {inputs.length === 0 ? (
        <Text>{t('run.noInputs')}</Text>
      ) : (
        <SimpleTable
          caption={t('run.tab.inputs')}
          columns={[t('run.input'), t('run.value')]}
          rows={inputs.map(([name, value]) => ({
            key: name,
            cells: [name, asText(value)],
          }))}
        />
      )}
      {tools && <Text color="secondary">{`${t('run.tools')}: ${tools}`}</Text>}
      {run.link && (
        <Link href={run.link}>
          {t(run.door === 'workflow' ? 'run.workflowRun' : 'run.task')}
        </Link>
      )}
    </Flex>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink, Link } from '@backstage/ui';
import type { RunDocument } from '@nante/model';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

/** The onboarding form with what the check run was asked, so that the same is done now. */
function checkedForm(run: RunDocument): object {
  // The form is about a request of its own; who asked is whoever sends it.
  const { requestId, requestedBy, operator, roles, app, owner, ...asked } =
    run.inputs as Record<string, unknown>;
  return {
    ...asked,
    app: `component:default/${run.app}`,
    owner: owner ?? run.owner,
    environment: run.environment,
    name: run.host,
    software: roles,
    checkedRunId: run.id,
  };
}

/** What a run leads to: the run that it repairs, and taking a checked server into care. */
export function NextSteps({ run }: { run: RunDocument }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const checked =
    run.kind === 'onboard' &&
    run.state === 'succeeded' &&
    !run.inputs.checkedRunId;
  return (
    <>
      {run.repairs && (
        <Alert
          status="info"
          icon
          mb="3"
          title={t('repair.repairs')}
          description={
            <Link href={links.run(run.repairs)}>{t('repair.showRun')}</Link>
          }
        />
      )}
      {checked && (
        <Alert
          status="success"
          icon
          mb="3"
          title={t('run.checkRun.checked')}
          description={t('run.checkRun.checkedWhat')}
          customActions={
            <ButtonLink
              size="small"
              href={links.template('onboard-host', checkedForm(run))}
            >
              {t('run.checkRun.take')}
            </ButtonLink>
          }
        />
      )}
    </>
  );
}

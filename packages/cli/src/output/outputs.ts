import { randomBytes } from 'node:crypto';
import type { CommandResult, RunDocument } from '@nante/model';
import type { actionOutputs } from './actionOutputs';
import { pageOf } from './deploymentFacts';

/** Whether a run changed something; undefined where its document does not say. */
function isChanged(run: RunDocument) {
  const { kind, steps, plan, configuration } = run;
  const presence = alreadyThere(run);
  if (presence !== undefined)
    return !presence && run.inputs.dryRun !== true && run.state === 'succeeded';
  const changes = [
    plan && plan.add + plan.change + plan.destroy,
    configuration?.recap.reduce((sum, { changed }) => sum + changed, 0),
  ].filter(count => count !== undefined);
  if (changes.length > 0) return changes.some(count => count > 0);
  // A host that is gone already is not planned for.
  const destruction = steps.find(({ id }) => id === 'destroy');
  return kind === 'destroy' && destruction
    ? destruction.state === 'succeeded'
    : undefined;
}

/** True where a project, release, deployment, artifact or repository was there as it was asked for. */
function alreadyThere(run: RunDocument): boolean | undefined {
  const { project, release, deployment, artifact, repository } = run;
  const { appDeployment } = run;
  return [
    project,
    release,
    deployment,
    artifact,
    repository,
    appDeployment,
  ].find(Boolean)?.alreadyThere;
}

/** Outputs of targets, releases, deployments and artifacts. */
function outputsOfDeployment(
  run: RunDocument,
): Partial<Record<keyof typeof actionOutputs, unknown>> {
  const { registration, project, release, deployment, artifact, repository } =
    run;
  const { appDeployment } = run;
  const deployed = deployment ?? appDeployment;
  const sha256 = artifact?.assets[0]?.sha256;
  return {
    target: registration?.machineName,
    'target-id': registration?.machineId,
    'target-health': registration?.health,
    project: project?.name ?? release?.project ?? deployment?.project,
    release: release?.version ?? deployment?.version,
    'release-id': release?.id,
    'deployment-id': deployment?.id,
    'task-id': deployment?.taskId,
    version: deployed?.version ?? release?.version ?? artifact?.version,
    'previous-version': deployed?.previousVersion,
    'returned-to': deployed?.returnedTo || undefined,
    artifact: artifact?.name,
    'artifact-version': artifact?.version,
    digest: artifact?.digest ?? (sha256 && `sha256:${sha256}`),
    pull: artifact?.pull,
    repository: artifact?.repository ?? repository?.name,
    'already-there': alreadyThere(run),
    url: pageOf(run),
  };
}

/** What GITHUB_OUTPUT gets. */
export function outputsText({ run, exitCode }: CommandResult): string {
  const result = run?.result;
  const values: Partial<Record<keyof typeof actionOutputs, unknown>> = {
    'run-id': run?.id,
    state: run?.state,
    changed: run && isChanged(run),
    host: run?.host || undefined,
    address: result?.address,
    user: result?.user,
    ssh: result?.ssh,
    node: result?.node,
    'vm-id': result?.vmId,
    ...(run && outputsOfDeployment(run)),
    'exit-code': exitCode,
  };
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => {
      // A value with a line break could otherwise set outputs of its own.
      const end = `end-${randomBytes(12).toString('hex')}`;
      return `${name}<<${end}\n${value}\n${end}\n`;
    })
    .join('');
}

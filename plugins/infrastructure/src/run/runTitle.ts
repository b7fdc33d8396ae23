import type { RunDocument } from '@nante/model';
import type { Sentences } from '../translation';

const powers = ['start', 'shutdown', 'reboot', 'stop'] as const;
const snapshots = ['create', 'rollback', 'delete'] as const;

/** What a run about an app does, where its inputs say of what; undefined where they do not. */
function deliveryTitle(t: Sentences, run: RunDocument): string | undefined {
  const text = (name: string) => {
    const value = run.inputs[name];
    return typeof value === 'string' ? value : '';
  };
  const version = run.deployment?.version ?? text('version');
  const words = {
    project: run.deployment?.project ?? (text('project') || run.app),
    environment:
      run.deployment?.environment ||
      text('octopusEnvironment') ||
      run.environment,
    version,
  };
  switch (run.kind) {
    case 'deploy':
      return t(
        run.inputs.dryRun === true ? 'run.deployDry' : 'run.deployTo',
        words,
      );
    case 'rollback':
      return t(version ? 'run.rollbackTo' : 'run.rollbackLast', words);
    case 'release':
      return t('run.releaseOf', {
        ...words,
        version: run.release?.version ?? version,
      });
    case 'publish':
      return t('run.publishOf', {
        name: run.artifact?.name ?? (text('name') || run.app),
        version: run.artifact?.version ?? version,
      }).trim();
    case 'create-repository':
      return t('run.create-repository', {
        host: run.repository?.name ?? text('name'),
      });
    default:
      return repositoryTitle(t, run, text);
  }
}

/** What a run about a repository, or a deployment without Octopus, does. */
function repositoryTitle(
  t: Sentences,
  run: RunDocument,
  text: (name: string) => string,
): string | undefined {
  switch (run.kind) {
    case 'set-up-repository':
      return t('run.setUpRepository', {
        name: run.sourceRepository?.repository ?? (text('name') || run.app),
      });
    case 'propose-change':
      return text('title')
        ? t('run.proposeTitled', {
            title: text('title'),
            name: run.pullRequest?.repository ?? text('repository'),
          })
        : undefined;
    case 'deploy-docker':
    case 'deploy-k8s':
      return t(`run.${run.kind}To`, {
        project: run.app,
        version: run.appDeployment?.version ?? text('version'),
        environment: run.environment,
      });
    default:
      return undefined;
  }
}

/** What a run does to which host or app, one phrase. */
export function runTitle(t: Sentences, run: RunDocument): string {
  const delivery = deliveryTitle(t, run);
  if (delivery) return delivery;
  const others = (run.hosts?.length ?? 1) - 1;
  const host =
    others > 0
      ? t('run.andMore', { host: run.host, count: others })
      : run.host || run.app;
  const { action, checkedRunId } = run.inputs;
  const power = powers.find(name => name === action);
  const snapshot = snapshots.find(name => name === action);
  if (run.kind === 'power' && power) return t(`run.powerOf.${power}`, { host });
  if (run.kind === 'snapshot' && snapshot) {
    return t(`run.snapshotOf.${snapshot}`, { host });
  }
  if (run.kind === 'configure' && run.inputs.dryRun === true) {
    return t('run.dryRun', { host });
  }
  if (run.kind === 'onboard' && !checkedRunId) {
    return t('run.onboardCheck', { host });
  }
  return t(`run.${run.kind}`, { host });
}

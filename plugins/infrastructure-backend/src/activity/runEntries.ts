import { type RunDocument, finalRunStates } from '@nante/model';
import type { ActivityEntry } from '@nante/plugin-infrastructure-common';
import type { Subjects } from './Subjects';
import type { ActivityItem } from './items';

/** What each kind of run does, for a sentence; what it does it to follows. */
const verbs: Record<RunDocument['kind'], string> = {
  provision: 'Create',
  destroy: 'Destroy',
  configure: 'Configure',
  power: 'Power',
  resize: 'Resize',
  snapshot: 'Snapshot of',
  onboard: 'Onboard',
  adopt: 'Adopt',
  forget: 'Forget',
  template: 'Template',
  register: 'Register as deployment target:',
  deregister: 'Deregister as deployment target:',
  'create-project': 'Create project',
  release: 'Create release',
  deploy: 'Deploy',
  rollback: 'Roll back',
  publish: 'Publish',
  'create-repository': 'Create repository',
  'set-up-repository': 'Set up the repository of',
  'propose-change': 'Propose a change to',
  'deploy-docker': 'Deploy to Docker hosts:',
  'deploy-k8s': 'Deploy to a cluster:',
};

/** Runs of all doors as lines of the feed. */
export function runEntries(
  runs: RunDocument[],
  subjects: Subjects,
): ActivityItem[] {
  return runs.map(run => {
    const hostRefs = (run.hosts ?? [run.host])
      .filter(Boolean)
      .flatMap(name => subjects.hostNamed(run, name) ?? []);
    const component = subjects.componentNamed(run.app);
    const entry: ActivityEntry = {
      id: `run/${run.id}`,
      at: run.finishedAt ?? run.createdAt,
      source: 'run',
      kind: run.kind,
      actor: run.requestedBy,
      text: sentence(run),
      result: resultOf(run),
      runId: run.id,
      entityRef: hostRefs[0] ?? component,
      environment: run.environment || undefined,
      app: run.app,
    };
    return {
      entry,
      refs: [...hostRefs, ...(component ? [component] : [])],
    };
  });
}

function sentence(run: RunDocument): string {
  const { deployment, release, artifact, project, repository } = run;
  const what =
    (deployment && `${deployment.project} ${deployment.version}`) ??
    (release && `${release.project} ${release.version}`) ??
    (artifact && [artifact.name, artifact.version].filter(Boolean).join(' ')) ??
    project?.name ??
    repository?.name ??
    (run.hosts?.join(', ') || run.host || run.app);
  const where = deployment?.environment ?? run.environment;
  const more = run.error ? `: ${run.error.message}` : '';
  return `${verbs[run.kind]} ${what}${where ? ` in ${where}` : ''}${more}`;
}

function resultOf(run: RunDocument): ActivityEntry['result'] {
  if (run.interrupted) return 'unknown';
  if (!finalRunStates.includes(run.state)) return 'running';
  return run.state as 'succeeded' | 'failed' | 'cancelled';
}

import type { Repository } from './model';
import type { Github } from './server';

/** Makes a repository with its folder. */
export async function createRepository(
  github: Github,
  fields: Pick<Repository, 'owner' | 'name' | 'description' | 'visibility'> &
    Partial<Repository>,
): Promise<Repository> {
  const at = new Date().toISOString();
  const made = github.state.insert('repositories', {
    isArchived: false,
    defaultBranch: 'main',
    topics: [],
    createdAt: at,
    updatedAt: at,
    collaborators: {},
    settings: {},
    ...fields,
  });
  await github.git.create(made.id, made.defaultBranch);
  return made;
}

/** A repository goes with all that belongs to it. */
export function removeRepository(github: Github, { id }: Repository): void {
  const { state, git: repositories, logs, runs } = github;
  for (const run of state.filter('runs', one => one.repository === id)) {
    if (run.status !== 'completed') runs.cancel(run.id, 'force');
    for (const job of state.filter('jobs', one => one.run === run.id)) {
      logs.remove(job.id);
      state.remove('jobs', job.id);
    }
    state.remove('runs', run.id);
  }
  for (const kind of [
    'protections',
    'hooks',
    'pulls',
    'secrets',
    'variables',
    'environments',
    'statuses',
    'workflows',
  ] as const)
    for (const one of state.filter(kind, ({ repository }) => repository === id))
      state.remove(kind, one.id);
  state.remove('repositories', id);
  repositories.remove(id);
}

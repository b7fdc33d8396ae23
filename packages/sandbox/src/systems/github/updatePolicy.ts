import { resolve } from 'node:path';
import { permissionOf, reaches, type Actor } from './access';
import { checksOf } from './checks';
import type { RefUpdate } from './git/hook';
import { noCommit, RepositoryReader } from './git/read';
import type { Protection, Repository } from './model';
import type { Github } from './server';

/** Why refs may not be moved. */
export interface Refusal {
  /** Which of GitHub's rules it is; for the status of an API call. */
  rule: 'workflow-scope' | 'protected' | 'hidden';
  /** Lines for the person who pushes. */
  lines: string[];
}

const workflows = '.github/workflows';

/**
 * Whether an actor who may write may move these refs.
 *
 * @param objects - folder of objects that were sent and not taken yet
 * @returns the first refusal; undefined when all is well
 */
export async function refusalOf(
  github: Pick<Github, 'state' | 'git'>,
  repository: Repository,
  actor: Actor,
  updates: readonly RefUpdate[],
  objects?: string,
): Promise<Refusal | undefined> {
  const folder = github.git.folder(repository.id);
  const env = objects
    ? {
        GIT_OBJECT_DIRECTORY: resolve(folder, objects),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: `${folder}/objects`,
      }
    : undefined;
  const reader = new RepositoryReader(folder, env);
  for (const update of updates) {
    const refusal =
      hiddenRef(update) ??
      defaultBranchGoes(repository, update) ??
      (await withoutWorkflowScope(reader, actor, update)) ??
      (await againstProtection(github, reader, repository, actor, update));
    if (refusal) return refusal;
  }
  return undefined;
}

function hiddenRef({ ref }: RefUpdate): Refusal | undefined {
  if (/^refs\/(heads|tags|notes)\/./.test(ref)) return undefined;
  return {
    rule: 'hidden',
    lines: [`error: deny updating a hidden ref: ${ref}`],
  };
}

function defaultBranchGoes(
  { defaultBranch }: Repository,
  { ref, after }: RefUpdate,
): Refusal | undefined {
  if (after !== noCommit || ref !== `refs/heads/${defaultBranch}`)
    return undefined;
  return {
    rule: 'protected',
    lines: [`error: refusing to delete the current branch: ${ref}`],
  };
}

async function withoutWorkflowScope(
  reader: RepositoryReader,
  actor: Actor,
  { after }: RefUpdate,
): Promise<Refusal | undefined> {
  if (actor.scopes.includes('workflow') || after === noCommit) return undefined;
  const [path] = await reader.touched([after, '--not', '--all'], workflows);
  if (!path) return undefined;
  const kind =
    actor.onlyRepository === undefined
      ? 'a Personal Access Token'
      : 'a GitHub App';
  const lacks = actor.onlyRepository === undefined ? 'scope' : 'permission';
  return {
    rule: 'workflow-scope',
    lines: [
      `refusing to allow ${kind} to create or update workflow \`${path}\` without \`workflow${lacks === 'scope' ? '' : 's'}\` ${lacks}`,
    ],
  };
}

async function againstProtection(
  { state }: Pick<Github, 'state'>,
  reader: RepositoryReader,
  repository: Repository,
  actor: Actor,
  { ref, before, after }: RefUpdate,
): Promise<Refusal | undefined> {
  const branch = ref.replace(/^refs\/heads\//, '');
  const protection = state.find(
    'protections',
    one => one.repository === repository.id && one.branch === branch,
  );
  if (!protection || ref === branch) return undefined;
  const say = (...why: string[]): Refusal => ({
    rule: 'protected',
    lines: [
      `error: GH006: Protected branch update failed for ${ref}.`,
      ...why.map(line => `error: ${line}`),
    ],
  });
  if (after === noCommit)
    return protection.allowDeletions
      ? undefined
      : say('Cannot delete a protected branch');
  const isForced =
    before !== noCommit && !(await reader.isAncestor(before, after));
  if (isForced && !protection.allowForcePushes)
    return say('Cannot force-push to a protected branch');
  const isAdmin = reaches(permissionOf(state, actor, repository), 'admin');
  if (isAdmin && !protection.enforceAdmins) return undefined;
  const missing = missingChecks(state, protection, repository, after);
  if (missing.length > 0) return say(...missing);
  if (protection.approvals !== undefined)
    return say('Changes must be made through a pull request.');
  return undefined;
}

/** What a commit lacks of the required checks, in GitHub's sentences. */
export function missingChecks(
  state: Github['state'],
  { checks }: Protection,
  repository: Repository,
  sha: string,
): string[] {
  if (!checks) return [];
  const known = checksOf(state, repository.id, sha);
  return checks.contexts
    .filter(context => known.get(context) !== 'success')
    .map(context =>
      known.get(context) === 'failure'
        ? `Required status check "${context}" is failing.`
        : `Required status check "${context}" is expected.`,
    );
}

import type {
  FleetRepository,
  WorkflowUse,
} from '@nante/plugin-infrastructure-common';

const worst: WorkflowUse['state'][] = ['floating', 'behind', 'current'];

/** The worst of what a repository calls; what is another repository's is nothing that we raise. */
export function worstOf(uses: WorkflowUse[]): FleetRepository['state'] {
  const own = worst.find(state => uses.some(use => use.state === state));
  return own ?? (uses.length ? 'foreign' : 'none');
}

/**
 * What changed since each version that is behind, by the version; one without a comment stands under its short commit.
 *
 * @param commits - up to our release, newest first
 */
export function changesSince(
  uses: WorkflowUse[],
  commits: { sha: string; title: string }[],
): Record<string, string[]> {
  const changes: Record<string, string[]> = {};
  for (const { state, ref, version } of uses) {
    if (state !== 'behind') continue;
    const at = commits.findIndex(({ sha }) => sha === ref);
    const newer = at < 0 ? commits : commits.slice(0, at);
    changes[version ?? ref.slice(0, 7)] = newer
      .map(({ title }) => title)
      .filter(title => !title.startsWith('Merge '));
  }
  return changes;
}

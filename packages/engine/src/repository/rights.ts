import { hasGithubScope, type GithubAccess } from '@nante/clients';
import { NanteError, type GithubConnection } from '@nante/model';

/** Folder that GitHub guards by a scope of its own. */
const workflowFolder = '.github/workflows/';

/** What is going to be done, as far as rights are about it. */
export interface PlannedWork {
  visibility: 'private' | 'internal' | 'public';
  /** Paths that are going to be pushed. */
  paths: readonly string[];
}

/** Scopes of a classic token that some work needs. */
export function neededScopes({ visibility, paths }: PlannedWork): string[] {
  const touchesWorkflows = paths.some(path => path.startsWith(workflowFolder));
  return [
    visibility === 'public' ? 'public_repo' : 'repo',
    ...(touchesWorkflows ? ['workflow'] : []),
  ];
}

/**
 * Whether the token may, as far as it says so itself: a classic one lists its scopes, others show it at the call.
 *
 * @throws NanteError `unauthorized` that names every scope that lacks
 */
export function assertScopes(
  { login, scopes }: GithubAccess,
  { token }: GithubConnection,
  work: PlannedWork,
): void {
  if (!scopes) return;
  const missing = neededScopes(work).filter(
    scope => !hasGithubScope(scopes, scope),
  );
  if (missing.length === 0) return;
  throw new NanteError(
    'unauthorized',
    `The token of ${login} lacks the scope${missing.length > 1 ? 's' : ''} ${missing.join(', ')}; nothing was changed.`,
    {
      hint: `Give the token in ${token} ${missing.length > 1 ? 'these scopes' : 'this scope'} (GitHub, Settings, Developer settings); docs/github.md lists all that are used.`,
      details: { scopes: missing },
    },
  );
}

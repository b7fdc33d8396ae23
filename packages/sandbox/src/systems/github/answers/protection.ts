import type { Protection, Repository } from '../model';
import type { Github } from '../server';
import { repositoryApi } from './repository';

function addressOf(github: Github, repository: Repository, branch: string) {
  return `${repositoryApi(github, repository)}/branches/${encodeURIComponent(branch)}/protection`;
}

function checks(url: string, { checks: required }: Protection) {
  if (!required) return {};
  const own = `${url}/required_status_checks`;
  return {
    required_status_checks: {
      url: own,
      strict: required.strict,
      contexts: required.contexts,
      contexts_url: `${own}/contexts`,
      checks: required.contexts.map(context => ({ context, app_id: null })),
    },
  };
}

/** What guards a branch, as its own call answers. */
export function protection(
  github: Github,
  repository: Repository,
  document: Protection,
) {
  const url = addressOf(github, repository, document.branch);
  const { approvals } = document;
  return {
    url,
    ...checks(url, document),
    ...(approvals === undefined
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: false,
            require_code_owner_reviews: false,
            require_last_push_approval: false,
            required_approving_review_count: approvals,
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: {
      url: `${url}/enforce_admins`,
      enabled: document.enforceAdmins,
    },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: document.allowForcePushes },
    allow_deletions: { enabled: document.allowDeletions },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

/** What a branch says of its protection, in short. */
export function protectionSummary(document: Protection | undefined) {
  const required = document?.checks;
  const enforced = document?.enforceAdmins ? 'everyone' : 'non_admins';
  return {
    enabled: document !== undefined,
    required_status_checks: {
      enforcement_level: required ? enforced : 'off',
      contexts: required?.contexts ?? [],
      checks: (required?.contexts ?? []).map(context => ({
        context,
        app_id: null,
      })),
    },
  };
}

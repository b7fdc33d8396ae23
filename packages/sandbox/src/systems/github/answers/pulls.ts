import type { Pull, Repository } from '../model';
import type { Github } from '../server';
import { nodeId, simpleUser, time } from './basics';
import { repository, repositoryApi, repositoryPage } from './repository';

const orNull = (iso: string | undefined) => (iso ? time(iso) : null);

/** A pull request as lists show it. */
export function pullSimple(github: Github, into: Repository, pull: Pull) {
  const api = repositoryApi(github, into);
  const page = repositoryPage(github, into);
  const number = pull.number;
  const from = github.state.get('repositories', pull.head.repository);
  const own = `${api}/pulls/${number}`;
  const issue = `${api}/issues/${number}`;
  const addresses = {
    url: own,
    html_url: `${page}/pull/${number}`,
    issue_url: issue,
    commits_url: `${own}/commits`,
    review_comments_url: `${own}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${api}/statuses/${pull.head.sha}`,
  };
  const owner = from?.owner ?? into.owner;
  return {
    ...addresses,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    diff_url: `${page}/pull/${number}.diff`,
    patch_url: `${page}/pull/${number}.patch`,
    number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(github, pull.user),
    body: pull.body || null,
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    created_at: time(pull.createdAt),
    updated_at: time(pull.updatedAt),
    closed_at: orNull(pull.closedAt),
    merged_at: orNull(pull.mergedAt),
    merge_commit_sha: pull.mergeSha ?? null,
    head: {
      label: `${owner}:${pull.head.ref}`,
      ref: pull.head.ref,
      sha: pull.head.sha,
      user: simpleUser(github, owner),
      repo: from ? repository(github, from) : null,
    },
    base: {
      label: `${into.owner}:${pull.base.ref}`,
      ref: pull.base.ref,
      sha: pull.base.sha,
      user: simpleUser(github, into.owner),
      repo: repository(github, into),
    },
    _links: {
      self: { href: addresses.url },
      html: { href: addresses.html_url },
      issue: { href: addresses.issue_url },
      comments: { href: addresses.comments_url },
      review_comments: { href: addresses.review_comments_url },
      review_comment: { href: addresses.review_comment_url },
      commits: { href: addresses.commits_url },
      statuses: { href: addresses.statuses_url },
    },
    author_association: 'MEMBER',
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.isDraft,
  };
}

/** What has to be counted for a pull request's own page. */
export interface PullFacts {
  commits: number;
  additions: number;
  deletions: number;
  changedFiles: number;
  /** Null while it is closed. */
  mergeable: boolean | null;
  state: 'clean' | 'dirty' | 'blocked' | 'unknown';
}

export function pullRequest(
  github: Github,
  into: Repository,
  pull: Pull,
  facts: PullFacts,
) {
  return {
    ...pullSimple(github, into, pull),
    merged: pull.mergedAt !== undefined,
    mergeable: facts.mergeable,
    rebaseable: facts.mergeable,
    mergeable_state: facts.state,
    merged_by: pull.mergedBy ? simpleUser(github, pull.mergedBy) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  };
}

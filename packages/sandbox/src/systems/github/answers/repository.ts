import { permissionOf, type Actor } from '../access';
import type { Repository } from '../model';
import type { Github } from '../server';
import { apiOf, nodeId, simpleUser, time } from './basics';

/** Links that every form of a repository has, by the end of their address. */
const links: Record<string, string> = {
  archive_url: '{archive_format}{/ref}',
  assignees_url: 'assignees{/user}',
  blobs_url: 'git/blobs{/sha}',
  branches_url: 'branches{/branch}',
  collaborators_url: 'collaborators{/collaborator}',
  comments_url: 'comments{/number}',
  commits_url: 'commits{/sha}',
  compare_url: 'compare/{base}...{head}',
  contents_url: 'contents/{+path}',
  contributors_url: 'contributors',
  deployments_url: 'deployments',
  downloads_url: 'downloads',
  events_url: 'events',
  forks_url: 'forks',
  git_commits_url: 'git/commits{/sha}',
  git_refs_url: 'git/refs{/sha}',
  git_tags_url: 'git/tags{/sha}',
  hooks_url: 'hooks',
  issue_comment_url: 'issues/comments{/number}',
  issue_events_url: 'issues/events{/number}',
  issues_url: 'issues{/number}',
  keys_url: 'keys{/key_id}',
  labels_url: 'labels{/name}',
  languages_url: 'languages',
  merges_url: 'merges',
  milestones_url: 'milestones{/number}',
  notifications_url: 'notifications{?since,all,participating}',
  pulls_url: 'pulls{/number}',
  releases_url: 'releases{/id}',
  stargazers_url: 'stargazers',
  statuses_url: 'statuses/{sha}',
  subscribers_url: 'subscribers',
  subscription_url: 'subscription',
  tags_url: 'tags',
  teams_url: 'teams',
  trees_url: 'git/trees{/sha}',
};

/** Address of a repository's calls. */
export function repositoryApi(
  github: Github,
  { owner, name }: Repository,
): string {
  return `${apiOf(github)}/repos/${owner}/${name}`;
}

/** Address of a repository's page. */
export function repositoryPage(
  { url }: Github,
  { owner, name }: Repository,
): string {
  return `${url}/${owner}/${name}`;
}

/** The short form, which runs and others contain. */
export function minimalRepository(github: Github, document: Repository) {
  const api = repositoryApi(github, document);
  const { id, owner, name, description, visibility } = document;
  return {
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: `${owner}/${name}`,
    private: visibility !== 'public',
    owner: simpleUser(github, owner),
    html_url: repositoryPage(github, document),
    description: description || null,
    fork: document.forkOf !== undefined,
    url: api,
    ...Object.fromEntries(
      Object.entries(links).map(([field, end]) => [field, `${api}/${end}`]),
    ),
  };
}

/** The form of lists, of webhooks and of pull requests; with `permissions` where somebody asks. */
export function repository(
  github: Github,
  document: Repository,
  actor?: Actor,
) {
  const { state, url } = github;
  const page = repositoryPage(github, document);
  const { host } = new URL(url || 'http://127.0.0.1');
  const forks = state.filter(
    'repositories',
    ({ forkOf }) => forkOf === document.id,
  ).length;
  const issues = state.filter(
    'pulls',
    pull => pull.repository === document.id && pull.state === 'open',
  ).length;
  return {
    ...minimalRepository(github, document),
    git_url: `git://${host}/${document.owner}/${document.name}.git`,
    ssh_url: `git@${host}:${document.owner}/${document.name}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    mirror_url: null,
    language: null,
    license: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    forks_count: forks,
    forks,
    open_issues_count: issues,
    open_issues: issues,
    default_branch: document.defaultBranch,
    topics: document.topics,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: document.isArchived,
    disabled: false,
    visibility: document.visibility,
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    ...document.settings,
    pushed_at: time(document.pushedAt ?? document.createdAt),
    created_at: time(document.createdAt),
    updated_at: time(document.updatedAt),
    ...(actor ? { permissions: permissions(github, document, actor) } : {}),
  };
}

/** The form of an organization's list, which says nothing of merging. */
export function listedRepository(
  github: Github,
  document: Repository,
  actor: Actor,
) {
  return Object.fromEntries(
    Object.entries(repository(github, document, actor)).filter(
      ([field]) => !/^allow_.*merge/.test(field),
    ),
  );
}

/** Everything about one repository. */
export function fullRepository(
  github: Github,
  document: Repository,
  actor?: Actor,
) {
  const owner = github.state.find(
    'users',
    ({ login }) => login === document.owner,
  );
  const source =
    document.forkOf === undefined
      ? undefined
      : github.state.get('repositories', document.forkOf);
  return {
    ...repository(github, document, actor),
    network_count: 0,
    subscribers_count: 0,
    ...(owner?.type === 'Organization'
      ? { organization: simpleUser(github, owner.login) }
      : {}),
    ...(source
      ? {
          parent: repository(github, source),
          source: repository(github, source),
        }
      : {}),
  };
}

function permissions({ state }: Github, document: Repository, actor: Actor) {
  const has = permissionOf(state, actor, document);
  return {
    admin: has === 'admin',
    maintain: has === 'admin',
    push: has === 'admin' || has === 'write',
    triage: has === 'admin' || has === 'write',
    pull: has !== 'none',
  };
}

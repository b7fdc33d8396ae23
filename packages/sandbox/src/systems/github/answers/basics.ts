import { createHash } from 'node:crypto';
import type { User } from '../model';
import type { Github } from '../server';

/** GitHub's times have no fractions. */
export function time(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

/** Opaque id as GraphQL has it. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

/** Address of the API. */
export function apiOf({ url }: Pick<Github, 'url'>): string {
  return `${url}/api/v3`;
}

/** A user in the short form that others contain. */
export function simpleUser(github: Github, login: string) {
  const user = github.state.find('users', one => one.login === login);
  return userFields(github, user ?? ghost(login));
}

/** Somebody who has no account, such as the token of a run. */
function ghost(login: string): User {
  return {
    id: 41898282,
    login,
    type: 'User',
    name: login,
    email: `${login}@users.noreply.example.test`,
    createdAt: '2026-01-01T00:00:00Z',
  };
}

function userFields(github: Github, { id, login, type }: User) {
  const api = `${apiOf(github)}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${github.url}/avatars/${id}`,
    gravatar_id: '',
    url: api,
    html_url: `${github.url}/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    site_admin: false,
  };
}

/** A user with everything that anybody may see. */
export function publicUser(github: Github, user: User) {
  const repositories = github.state.filter(
    'repositories',
    ({ owner, visibility }) => owner === user.login && visibility === 'public',
  );
  return {
    ...userFields(github, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    public_repos: repositories.length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: time(user.createdAt),
    updated_at: time(user.createdAt),
  };
}

/** The one whose token it is. */
export function privateUser(github: Github, user: User) {
  return {
    ...publicUser(github, user),
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

export function organization(github: Github, user: User) {
  const api = `${apiOf(github)}/orgs/${user.login}`;
  const { public_repos } = publicUser(github, user);
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId('Organization', user.id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${github.url}/avatars/${user.id}`,
    description: user.name,
    name: user.name,
    html_url: `${github.url}/${user.login}`,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: time(user.createdAt),
    updated_at: time(user.createdAt),
    archived_at: null,
  };
}

/** A number for what has none, such as a label: the same for the same text. */
export function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % 2 ** 31;
}

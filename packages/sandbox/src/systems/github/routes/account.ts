import { permissionOf } from '../access';
import {
  organization,
  privateUser,
  publicUser,
  simpleUser,
} from '../answers/basics';
import {
  listedRepository,
  minimalRepository,
  repository,
} from '../answers/repository';
import { notFound } from '../errors';
import type { Repository, User } from '../model';
import type { Call, Route } from '../router';

function userNamed({ github }: Call, login: string): User {
  const user = github.state.find(
    'users',
    one => one.login.toLowerCase() === login.toLowerCase(),
  );
  if (!user) throw notFound();
  return user;
}

/** @throws GithubError 404 for a user too */
export function organizationOf(call: Call): User {
  const user = userNamed(call, call.params.org);
  if (user.type !== 'Organization') throw notFound();
  return user;
}

/** Repositories that the one who calls may see, in the order that is asked for. */
function visible(
  { github: { state }, by, query }: Call,
  fits: (one: Repository) => boolean,
): Repository[] {
  const found = state.filter(
    'repositories',
    one => fits(one) && permissionOf(state, by, one) !== 'none',
  );
  const sort = query.get('sort') ?? 'full_name';
  const key = (one: Repository) =>
    ({
      pushed: one.pushedAt ?? one.createdAt,
      created: one.createdAt,
      updated: one.updatedAt,
    })[sort] ?? `${one.owner}/${one.name}`;
  const isDescending =
    (query.get('direction') ?? (sort === 'full_name' ? 'asc' : 'desc')) ===
    'desc';
  return found.sort((left, right) => {
    const order = key(left) < key(right) ? -1 : 1;
    return isDescending ? -order : order;
  });
}

export const accountRoutes: Route[] = [
  {
    call: 'GET /rate_limit',
    isOpen: true,
    answer({ github, by }) {
      const rate = github.limits.state(by.token);
      const search = { limit: 30, used: 0, remaining: 30, reset: rate.reset };
      return { resources: { core: rate, search }, rate };
    },
  },
  {
    call: 'GET /meta',
    isOpen: true,
    answer: () => ({ verifiable_password_authentication: false }),
  },
  {
    call: 'GET /user',
    answer: call => privateUser(call.github, userNamed(call, call.by.login)),
  },
  {
    call: 'GET /user/orgs',
    answer({ github, by, page }) {
      const own = github.state.filter(
        'users',
        ({ members }) => members?.[by.login] !== undefined,
      );
      return page(own).map(one => organizationSimple(one, github.url));
    },
  },
  {
    call: 'GET /user/repos',
    answer: call =>
      call
        .page(visible(call, () => true))
        .map(one => repository(call.github, one, call.by)),
  },
  {
    call: 'GET /users/{username}',
    isOpen: true,
    answer: call =>
      publicUser(call.github, userNamed(call, call.params.username)),
  },
  {
    call: 'GET /users/{username}/repos',
    isOpen: true,
    answer(call) {
      const { login } = userNamed(call, call.params.username);
      return call
        .page(visible(call, ({ owner }) => owner === login))
        .map(one => minimalRepository(call.github, one));
    },
  },
  {
    call: 'GET /orgs/{org}',
    isOpen: true,
    answer: call => organization(call.github, organizationOf(call)),
  },
  {
    call: 'GET /orgs/{org}/repos',
    isOpen: true,
    answer(call) {
      const { login } = organizationOf(call);
      return call
        .page(visible(call, ({ owner }) => owner === login))
        .map(one => listedRepository(call.github, one, call.by));
    },
  },
  {
    call: 'GET /orgs/{org}/members',
    answer(call) {
      const { members = {} } = organizationOf(call);
      return call
        .page(Object.keys(members).sort())
        .map(login => simpleUser(call.github, login));
    },
  },
  {
    call: 'GET /orgs/{org}/teams',
    answer(call) {
      organizationOf(call);
      return [];
    },
  },
];

function organizationSimple(user: User, url: string) {
  const api = `${url}/api/v3/orgs/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: Buffer.from(`Organization:${user.id}`).toString('base64url'),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${url}/avatars/${user.id}`,
    description: user.name,
  };
}

import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import type { GithubConnection } from './connection';
import { unlessAbsent } from './failures';
import { readPages } from './pages';
import { repositorySchema } from './reading';
import { listed } from './scopes';
import type { GithubAccess, GithubApi, RepositoryName } from './types';

const noun = 'repository';
const userSchema = z.object({ login: z.string() });
const ownerSchema = z.object({ login: z.string(), type: z.string() });
const topicsSchema = z.object({ names: z.array(z.string()) });

/** `owner/name`. */
export const pathOf = ({ owner, name }: RepositoryName) => `${owner}/${name}`;

type RepositoryCalls = Pick<
  GithubApi,
  | 'checkAccess'
  | 'repository'
  | 'repositories'
  | 'createRepository'
  | 'setTopics'
>;

/** Calls about repositories as wholes, and who we are. */
export function repositoryCalls(connection: GithubConnection): RepositoryCalls {
  /** Whose account a login is; asked once for each. */
  const kinds = new Map<string, Promise<'organization' | 'user' | 'self'>>();
  const kindOf = (owner: string, options?: CallOptions) => {
    const known = kinds.get(owner) ?? readKind(owner, options);
    kinds.set(owner, known);
    known.catch(() => kinds.delete(owner));
    return known;
  };

  async function readKind(owner: string, options?: CallOptions) {
    const { type } = await connection.read(
      ownerSchema,
      'account',
      { what: `find the account ${owner}` },
      (rest, pass) => rest.users.getByUsername({ username: owner, ...pass }),
      options,
    );
    if (type === 'Organization') return 'organization';
    const { login } = await whoAmI(connection, options);
    return login.toLowerCase() === owner.toLowerCase() ? 'self' : 'user';
  }

  return {
    checkAccess: options => whoAmI(connection, options),
    repository: (repository, options) =>
      unlessAbsent(
        connection.read(
          repositorySchema,
          noun,
          { what: `find the repository ${pathOf(repository)}` },
          (rest, pass) =>
            rest.repos.get({
              ...{ owner: repository.owner, repo: repository.name },
              ...pass,
            }),
          options,
        ),
        404,
      ),
    async repositories(owner, options = {}) {
      const kind = await kindOf(owner, options);
      const newest = { sort: 'pushed', direction: 'desc' } as const;
      return readPages(
        connection,
        {
          schema: z.array(repositorySchema),
          noun: 'list of repositories',
          asked: { what: `list the repositories of ${owner}` },
          limit: options.limit,
          call(rest, pass) {
            if (kind === 'organization')
              return rest.repos.listForOrg({ org: owner, ...newest, ...pass });
            return kind === 'self'
              ? rest.repos.listForAuthenticatedUser({
                  ...{ affiliation: 'owner', ...newest },
                  ...pass,
                })
              : rest.repos.listForUser({ username: owner, ...newest, ...pass });
          },
        },
        options,
      );
    },
    async createRepository({ owner, name, description, visibility }, options) {
      const kind = await kindOf(owner, options);
      const what = `make the repository ${owner}/${name}`;
      if (kind === 'user')
        throw new NanteError(
          'refused',
          `GitHub cannot ${what}: ${owner} is another user, and a token makes repositories for its own or for an organization.`,
          { hint: 'Correct the organization of the connection.' },
        );
      const settings = {
        ...{ name, description, private: visibility !== 'public' },
        auto_init: false,
      };
      return connection.read(
        repositorySchema,
        noun,
        { what },
        (rest, pass) =>
          kind === 'organization'
            ? rest.repos.createInOrg({
                ...{ org: owner, ...settings },
                // Only an enterprise has internal ones; the vendor's words do not know them here.
                visibility: visibility as 'public' | 'private',
                ...pass,
              })
            : rest.repos.createForAuthenticatedUser({ ...settings, ...pass }),
        options,
      );
    },
    async setTopics(repository, topics, options) {
      await connection.read(
        topicsSchema,
        'list of topics',
        { what: `set the topics of ${pathOf(repository)}` },
        (rest, pass) =>
          rest.repos.replaceAllTopics({
            ...{ owner: repository.owner, repo: repository.name },
            ...{ names: [...topics], ...pass },
          }),
        options,
      );
    },
  };
}

/** Who the token is of. An installation of a GitHub App has no user, and its limits say enough. */
async function whoAmI(
  connection: GithubConnection,
  options?: CallOptions,
): Promise<GithubAccess> {
  const asked = { what: 'say who we are' };
  const answer =
    (await unlessForbidden(
      connection.send(
        asked,
        (rest, pass) => rest.users.getAuthenticated(pass),
        options,
      ),
    )) ??
    (await connection.send(
      asked,
      (rest, pass) => rest.rateLimit.get(pass),
      options,
    ));
  const user = userSchema.safeParse(answer.data).data;
  const scopes = answer.header('x-oauth-scopes');
  const remaining = answer.header('x-ratelimit-remaining');
  const reset = Number(answer.header('x-ratelimit-reset'));
  return {
    login: user?.login ?? 'an installation of a GitHub App',
    ...(scopes !== undefined && { scopes: listed(scopes) }),
    // A GitHub Enterprise Server may have no limit.
    remaining: remaining === undefined ? Infinity : Number(remaining),
    resetsAt: reset ? new Date(reset * 1000).toISOString() : '',
  };
}

async function unlessForbidden<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (NanteError.is(error) && error.details?.status === 403) return undefined;
    throw error;
  }
}

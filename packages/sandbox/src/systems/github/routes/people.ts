import { z } from 'zod';
import { permissionOf } from '../access';
import { simpleUser } from '../answers/basics';
import { notFound, unprocessable } from '../errors';
import { input } from '../input';
import type { Route } from '../router';
import { commitOf, reader } from './shared';

/** Who works on a repository, and what they may. */
export const peopleRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/contributors',
    async answer(call) {
      const { github, repository, page } = call;
      const [any] = await reader(call).refs('refs/heads');
      if (!any) return undefined;
      const head = await commitOf(call, repository.defaultBranch);
      const commits = await reader(call).log(head, { limit: 500 });
      const counts = new Map<string, number>();
      for (const { author } of commits) {
        const user = github.state.find(
          'users',
          ({ email }) => email === author.email,
        );
        if (user) counts.set(user.login, (counts.get(user.login) ?? 0) + 1);
      }
      return page([...counts]).map(([login, contributions]) => ({
        ...simpleUser(github, login),
        contributions,
      }));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    answer({ github, repository, params }) {
      const { state } = github;
      const user = state.find(
        'users',
        ({ login }) => login === params.username,
      );
      if (!user) throw notFound();
      const actor = { login: user.login, token: '', scopes: ['repo'] };
      const permission = permissionOf(state, actor, repository);
      return {
        permission,
        role_name: permission,
        user: {
          ...simpleUser(github, user.login),
          role_name: permission,
          permissions: {
            pull: permission !== 'none',
            triage: permission === 'write' || permission === 'admin',
            push: permission === 'write' || permission === 'admin',
            maintain: permission === 'admin',
            admin: permission === 'admin',
          },
        },
      };
    },
  },
  {
    call: 'PUT /repos/{owner}/{repo}/collaborators/{username}',
    needs: 'admin',
    answer({ github, repository, params, body }) {
      const { permission = 'push' } = input(
        z.object({ permission: z.string().optional() }),
        body,
      );
      const { state } = github;
      if (!state.find('users', ({ login }) => login === params.username))
        throw notFound();
      const as = { pull: 'read', push: 'write', admin: 'admin' } as const;
      const given = as[permission as keyof typeof as];
      if (!given) throw unprocessable(`No permission is called ${permission}.`);
      state.update('repositories', repository.id, {
        collaborators: {
          ...repository.collaborators,
          [params.username]: given,
        },
      });
    },
  },
];

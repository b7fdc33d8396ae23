import { z } from 'zod';
import { time } from '../answers/basics';
import { GithubError, notFound, unprocessable } from '../errors';
import { input } from '../input';
import type { Setting } from '../model';
import type { Call, Route } from '../router';
import { organizationOf } from './account';
import { environmentOf } from './environments';
import { counted } from './shared';

type Kind = 'secrets' | 'variables';

/** Where a secret or variable belongs, and the calls that are there. */
interface Scope {
  /** Path of the calls. */
  path: string;
  /** Of the organization a token needs more. */
  isOrganization?: boolean;
  owner(
    call: Call,
  ): Pick<Setting, 'repository' | 'environment' | 'organization'>;
}

const scopes: Scope[] = [
  {
    path: '/repos/{owner}/{repo}/actions',
    owner: ({ repository }) => ({ repository: repository.id }),
  },
  {
    path: '/repos/{owner}/{repo}/environments/{environment_name}',
    owner: call => ({
      repository: call.repository.id,
      environment: environmentOf(call).name,
    }),
  },
  {
    path: '/orgs/{org}/actions',
    isOrganization: true,
    owner: call => ({ organization: organizationOf(call).login }),
  },
];

const namePattern = /^[A-Z_][A-Z0-9_]*$/;

/** @throws GithubError 422 */
function checkedName(name: string): string {
  const upper = name.toUpperCase();
  if (!namePattern.test(upper) || upper.startsWith('GITHUB_'))
    throw unprocessable(
      'Names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_), and must not start with a number or GITHUB_.',
    );
  return upper;
}

function belongs(owner: ReturnType<Scope['owner']>) {
  return (one: Setting) =>
    one.repository === owner.repository &&
    one.environment === owner.environment &&
    one.organization === owner.organization;
}

function settingOf(call: Call, kind: Kind, scope: Scope, name: string) {
  const fits = belongs(scope.owner(call));
  const upper = name.toUpperCase();
  return call.github.state.find(kind, one => fits(one) && one.name === upper);
}

function show(kind: Kind, scope: Scope) {
  return ({ name, value, createdAt, updatedAt }: Setting) => ({
    name,
    ...(kind === 'variables' ? { value } : {}),
    created_at: time(createdAt),
    updated_at: time(updatedAt),
    ...(scope.isOrganization ? { visibility: 'all' } : {}),
  });
}

function put(
  call: Call,
  kind: Kind,
  scope: Scope,
  name: string,
  value: string,
) {
  const { state } = call.github;
  const upper = checkedName(name);
  const known = settingOf(call, kind, scope, upper);
  const updatedAt = new Date().toISOString();
  if (known) state.update(kind, known.id, { value, updatedAt });
  else
    state.insert(kind, {
      ...scope.owner(call),
      ...{ name: upper, value, createdAt: updatedAt, updatedAt },
    });
  return known === undefined;
}

/** Calls of one kind at one place. */
function listAndShow(kind: Kind, scope: Scope, name: string): Route[] {
  const access = scope.isOrganization
    ? { scope: 'admin:org' }
    : { needs: 'write' as const };
  return [
    {
      call: `GET ${scope.path}/${kind}`,
      ...access,
      answer(call) {
        const fits = belongs(scope.owner(call));
        const found = call.github.state
          .filter(kind, fits)
          .sort((left, right) => (left.name < right.name ? -1 : 1));
        return counted(call, kind, found, show(kind, scope));
      },
    },
    {
      call: `GET ${scope.path}/${kind}/{${name}}`,
      ...access,
      answer(call) {
        const found = settingOf(call, kind, scope, call.params[name]);
        if (!found) throw notFound();
        return show(kind, scope)(found);
      },
    },
    {
      call: `DELETE ${scope.path}/${kind}/{${name}}`,
      ...access,
      answer(call) {
        const found = settingOf(call, kind, scope, call.params[name]);
        if (!found) throw notFound();
        call.github.state.remove(kind, found.id);
      },
    },
  ];
}

function secretRoutes(scope: Scope): Route[] {
  const access = scope.isOrganization
    ? { scope: 'admin:org' }
    : { needs: 'write' as const };
  return [
    ...listAndShow('secrets', scope, 'secret_name'),
    {
      call: `GET ${scope.path}/secrets/public-key`,
      ...access,
      answer(call) {
        scope.owner(call);
        return call.github.seals.publicKey;
      },
    },
    {
      call: `PUT ${scope.path}/secrets/{secret_name}`,
      ...access,
      answer(call) {
        const asked = input(
          z.object({ encrypted_value: z.string(), key_id: z.string() }),
          call.body,
        );
        const value = call.github.seals.open(
          asked.key_id,
          asked.encrypted_value,
        );
        const name = call.params.secret_name;
        return put(call, 'secrets', scope, name, value)
          ? Response.json({}, { status: 201 })
          : undefined;
      },
    },
  ];
}

function variableRoutes(scope: Scope): Route[] {
  const access = scope.isOrganization
    ? { scope: 'admin:org' }
    : { needs: 'write' as const };
  return [
    ...listAndShow('variables', scope, 'name'),
    {
      call: `POST ${scope.path}/variables`,
      ...access,
      status: 201,
      answer(call) {
        const asked = input(
          z.object({ name: z.string(), value: z.string() }),
          call.body,
        );
        if (settingOf(call, 'variables', scope, asked.name))
          throw new GithubError(
            409,
            'Already exists - Variable already exists',
          );
        put(call, 'variables', scope, asked.name, asked.value);
        return {};
      },
    },
    {
      call: `PATCH ${scope.path}/variables/{name}`,
      ...access,
      answer(call) {
        const asked = input(
          z.object({
            name: z.string().optional(),
            value: z.string().optional(),
          }),
          call.body,
        );
        const known = settingOf(call, 'variables', scope, call.params.name);
        if (!known) throw notFound();
        call.github.state.update('variables', known.id, {
          name: asked.name ? checkedName(asked.name) : known.name,
          value: asked.value ?? known.value,
          updatedAt: new Date().toISOString(),
        });
      },
    },
  ];
}

export const settingRoutes: Route[] = [
  ...scopes.flatMap(secretRoutes),
  ...scopes.flatMap(variableRoutes),
];

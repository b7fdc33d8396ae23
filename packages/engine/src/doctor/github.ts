import {
  hasGithubScope,
  type CallOptions,
  type GithubAccess,
  type GithubApi,
} from '@nante/clients';
import {
  connectionsOf,
  NanteError,
  type Diagnosis,
  type GithubConnection,
  type InfrastructureConfig,
} from '@nante/model';
import type { EngineContext } from '../context';
import { neededScopes } from '../repository/rights';
import { ask, fine, unasked, wrong } from './report';
import { remedies } from './remedies';

interface Place {
  name: string;
  connection: GithubConnection;
}

/** Fewer requests than that left in the hour, and pages soon stand still. */
const fewRequests = 200;

/**
 * Servers of GitHub: whether they answer, which scope the token lacks, whether the organization is there, and whether the
 * reusable workflows that new repositories call are what the configuration says. Nothing is made.
 *
 * @param secrets - what was found of the secrets of all connections
 */
export async function examineGithub(
  context: Pick<EngineContext, 'github'>,
  config: InfrastructureConfig,
  secrets: readonly Diagnosis[],
  options: CallOptions,
): Promise<Diagnosis[]> {
  const found = await Promise.all(
    connectionsOf(config, 'github').map(async ([name, connection]) => {
      const place = { name, connection };
      const where = {
        id: `github-${name}`,
        group: 'repositories',
        title: `GitHub (${name}) answers and takes our token`,
      } as const;
      const isKnown = secrets.find(({ id }) => id === `secrets-${name}`);
      if (isKnown?.state !== 'ok')
        return [unasked(where, 'its secrets are not there.')];
      let access: GithubAccess | undefined;
      const first = await ask(where, async () => {
        access = await (await context.github(name)).checkAccess(options);
        return sayAccess(access);
      });
      if (!access) return [first];
      const api = await context.github(name);
      return [
        access.remaining < fewRequests ? { ...first, state: 'warning' } : first,
        ...(connection.readOnly ? [] : [rights(place, access)]),
        ...(await Promise.all([
          organization(place, api, options),
          workflows(place, api, options),
        ])),
        events(place),
      ] satisfies Diagnosis[];
    }),
  );
  return found.flat();
}

function sayAccess({ login, remaining, resetsAt }: GithubAccess): string {
  return Number.isFinite(remaining)
    ? `as ${login}, ${remaining} requests left until ${resetsAt}`
    : `as ${login}`;
}

function rights(
  { name, connection }: Place,
  { login, scopes }: GithubAccess,
): Diagnosis {
  const where = {
    id: `github-rights-${name}`,
    group: 'repositories',
    title: `GitHub (${name}): our token may do what we do`,
  } as const;
  if (!scopes)
    return fine(
      where,
      'it is no classic token, and does not list its rights: a call that is refused names the one that lacks',
    );
  const needed = neededScopes({
    visibility: 'private',
    paths: ['.github/workflows/ci.yml'],
  });
  const missing = needed.filter(scope => !hasGithubScope(scopes, scope));
  return missing.length === 0
    ? fine(where, needed.join(', '))
    : wrong(
        where,
        `The token of ${login} in ${connection.token} lacks the scope ${missing.join(' and the scope ')}.`,
        remedies['github-rights']!,
      );
}

function organization(
  { name, connection }: Place,
  api: GithubApi,
  options: CallOptions,
): Promise<Diagnosis> {
  return ask(
    {
      id: `github-organization-${name}`,
      group: 'repositories',
      title: `GitHub (${name}) has the organization ${connection.organization}`,
    },
    async () => {
      await api.repositories(connection.organization, { ...options, limit: 1 });
      return undefined;
    },
    remedies['github-organization'],
  );
}

/** The commit is there, and the tag points to it: new repositories name both. */
async function workflows(
  { name, connection }: Place,
  api: GithubApi,
  options: CallOptions,
): Promise<Diagnosis> {
  const where = {
    id: `github-workflows-${name}`,
    group: 'repositories',
    title: `GitHub (${name}) has the release of the reusable workflows`,
  } as const;
  const remedy = remedies['github-workflows']!;
  if (!connection.workflows)
    return wrong(
      where,
      'The connection names none: templates cannot make repositories that build and deploy.',
      remedy,
      'warning',
    );
  const { repository, commit, version } = connection.workflows;
  const [owner, repo] = repository.split('/');
  return ask(
    where,
    async () => {
      const at = { owner, name: repo };
      const [pinned, tagged] = await Promise.all([
        api.commit(at, commit, options),
        api.commit(at, `tags/${version}`, options),
      ]);
      if (!pinned)
        throw new NanteError(
          'not-found',
          `${repository} has no commit ${commit}, or our token may not see it.`,
          { hint: remedy.how },
        );
      if (tagged?.sha !== commit)
        throw new NanteError(
          'conflict',
          `${version} of ${repository} is ${tagged ? `the commit ${tagged.sha}` : 'not there'}, and the configuration says ${commit}.`,
          { hint: remedy.how },
        );
      return `${repository} ${version}`;
    },
    remedy,
  );
}

function events({ name, connection }: Place): Diagnosis {
  const where = {
    id: `github-events-${name}`,
    group: 'repositories',
    title: `GitHub (${name}) sends its events to the portal`,
  } as const;
  return connection.webhookUrl
    ? fine(where, `new repositories send them to ${connection.webhookUrl}`)
    : wrong(
        where,
        'The connection names no webhookUrl.',
        remedies['github-events']!,
        'warning',
      );
}

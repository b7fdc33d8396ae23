import { randomUUID } from 'node:crypto';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  type GithubConnection,
  type InfrastructureConfig,
  connectionsOf,
} from '@nante/model';
import type {
  FleetRepository,
  RaiseWorkflowsRequest,
  RaiseWorkflowsResponse,
  WorkflowFleetResponse,
} from '@nante/plugin-infrastructure-common';
import {
  type Engine,
  KeptAnswers,
  type Runner,
  type RunnerOptions,
  readRepositoryName,
  unlessLimited,
  withPatience,
} from '@nante/plugin-infrastructure-node';
import type { StartedRuns } from '../runs/StartedRuns';
import { raiseUses, usesOf } from './callers';
import { changesSince, worstOf } from './fleetFacts';
import type {
  ClaimedRepository,
  PipelinePerson,
  Repositories,
} from './Repositories';

/** Repositories that are read at once. */
const AT_ONCE = 6;
/** Longest wait of a page, in milliseconds; what is not read by then comes with the next look. */
const PATIENCE = 8_000;
/** How long an open pull request, or that there is none, serves, in milliseconds. */
const PULLS_FRESH = 60_000;
/** Commits of our own repository that are looked through for what changed. */
const COMMITS = 100;

type Release = NonNullable<GithubConnection['workflows']>;

interface Deps {
  engine: Pick<Engine, 'github'>;
  repositories: Repositories;
  runner: Pick<Runner, 'proposeChange'>;
  shared: InfrastructureConfig;
  started: StartedRuns;
  now?: () => number;
}

/** Which repository calls which version of our workflows, and pull requests that raise it. */
export class WorkflowFleet {
  readonly #deps: Deps;
  readonly #pulls: KeptAnswers<FleetRepository['pullRequest']>;
  readonly #commits: KeptAnswers<{ sha: string; title: string }[]>;

  constructor(deps: Deps) {
    this.#deps = deps;
    const now = deps.now ?? Date.now;
    this.#pulls = new KeptAnswers({ now, keepFor: () => PULLS_FRESH });
    this.#commits = new KeptAnswers({ now, keepFor: () => Infinity });
  }

  /** Never throws for GitHub: what could not be read is `unknown`. */
  async read(person: PipelinePerson): Promise<WorkflowFleetResponse> {
    const { repositories, shared } = this.#deps;
    const all = await repositories.all();
    await withPatience(this.#readAll(all), PATIENCE);
    const rows = await Promise.all(all.map(one => this.#row(one, person)));
    const connections = connectionsOf(shared, 'github');
    const [release] = connections.flatMap(([name, { workflows }]) =>
      workflows ? [{ name, workflows }] : [],
    );
    return {
      current:
        release && (await this.#current(release.name, release.workflows)),
      repositories: rows.sort((a, b) =>
        a.repository.localeCompare(b.repository),
      ),
      changes: release
        ? changesSince(
            rows.flatMap(({ uses }) => uses),
            await this.#commitsOf(release.name, release.workflows),
          )
        : {},
      sources: connections.map(([name]) => repositories.ageOf(name)),
    };
  }

  /**
   * Starts a run that asks the repository to name our release in every caller.
   *
   * @throws InputError where nothing is behind, NotAllowedError with the reason that the page shows, NotFoundError
   */
  async raise(
    request: RaiseWorkflowsRequest,
    person: PipelinePerson & { ref: string },
  ): Promise<RaiseWorkflowsResponse> {
    const { repositories, runner, started } = this.#deps;
    const found = await repositories.find(request);
    const { allowed, reason } = await repositories.mayChange(person, found);
    if (!allowed) throw new NotAllowedError(reason);
    const release = repositories.connection(found.connection).workflows;
    const head = release && (await repositories.view(found).head());
    const files = Object.fromEntries(
      (head?.callers ?? []).flatMap(({ file, text }) => {
        const raised = raiseUses(text, release!);
        return raised === text ? [] : [[`.github/workflows/${file}`, raised]];
      }),
    );
    if (!release || !Object.keys(files).length)
      throw new InputError(
        `${found.repository} names no older version of our workflows on its default branch`,
      );
    const requestId = randomUUID();
    const body = await this.#bodyOf(found, release);
    const begin = (options: RunnerOptions) =>
      runner.proposeChange(
        {
          ...{ requestId, app: appOf(found), files, body },
          connection: found.connection,
          repository: found.repository,
          branch: branchFor(release),
          title: `Workflows of ${release.repository} ${release.version}`,
          // Reviewed where it is asked for, and what it replaces stands in the same file.
          ...{ overwrite: true, dryRun: false },
          requestedBy: person.ref,
          operator: person.operator,
        },
        options,
      );
    await started.start(requestId, person.ref, 'propose-change', begin);
    this.#pulls.forget(keyOf(found));
    return { runId: requestId };
  }

  async #readAll(all: readonly ClaimedRepository[]): Promise<void> {
    const left = [...all];
    const work = async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift())
        // Its row says that it could not be read.
        await this.#deps.repositories
          .view(one)
          .head()
          .catch(() => {});
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #row(
    found: ClaimedRepository,
    person: PipelinePerson,
  ): Promise<FleetRepository> {
    const { repositories } = this.#deps;
    const view = repositories.view(found);
    const { workflows } = repositories.connection(found.connection);
    const read = view.knownHead;
    const uses = (read?.head?.callers ?? []).flatMap(caller =>
      usesOf(caller, workflows),
    );
    // One that the token may not see may call anything.
    const state = read && view.url ? worstOf(uses) : 'unknown';
    const [component] = found.components;
    const isBehind = state === 'behind' || state === 'floating';
    return {
      connection: found.connection,
      repository: found.repository,
      url: view.url ?? '',
      ...(component && {
        entityRef: component.ref,
        entityTitle: component.name,
        owner: component.owner,
      }),
      ...{ uses, state },
      pullRequest:
        isBehind && workflows ? await this.#pull(found, workflows) : undefined,
      mayRaise: await repositories.mayChange(person, found),
    };
  }

  async #pull(
    found: ClaimedRepository,
    release: Release,
  ): Promise<FleetRepository['pullRequest']> {
    const ask = async () => {
      const api = await this.#deps.engine.github(found.connection);
      const [open] = await unlessLimited(api, signal =>
        api.pullRequests(
          readRepositoryName(found.repository),
          { head: branchFor(release), state: 'open' },
          { signal },
        ),
      );
      return open && { number: open.number, url: open.url };
    };
    return this.#pulls.get(keyOf(found), ask).catch(() => undefined);
  }

  async #current(
    connection: string,
    { repository, version, commit }: Release,
  ): Promise<WorkflowFleetResponse['current']> {
    const api = await this.#deps.engine
      .github(connection)
      .catch(() => undefined);
    const url = `${api?.webUrl ?? ''}/${repository}/releases/tag/${version}`;
    return { repository, version, commit, url };
  }

  /** Commits of our repository up to the release, newest first; none where the token may not see it. */
  async #commitsOf(
    connection: string,
    { repository, commit }: Release,
  ): Promise<{ sha: string; title: string }[]> {
    const ask = async () => {
      const api = await this.#deps.engine.github(connection);
      const found = await unlessLimited(api, signal =>
        api.commits(readRepositoryName(repository), commit, {
          ...{ limit: COMMITS, signal },
        }),
      );
      return found.map(({ sha, message }) => ({
        sha,
        title: message.split('\n')[0],
      }));
    };
    return this.#commits
      .get(`${connection}/${repository}@${commit}`, ask)
      .catch(() => []);
  }

  async #bodyOf(
    { connection, repository }: ClaimedRepository,
    release: Release,
  ): Promise<string> {
    const { repositories } = this.#deps;
    const head = await repositories.view({ connection, repository }).head();
    const uses = (head?.callers ?? []).flatMap(caller =>
      usesOf(caller, release),
    );
    const changes = changesSince(
      uses,
      await this.#commitsOf(connection, release),
    );
    const lines = [...new Set(Object.values(changes).flat())];
    return [
      `Every caller names ${release.version} of the reusable workflows of ${release.repository}, by the commit ${release.commit}. Nothing else is changed.`,
      ...(lines.length
        ? [
            '',
            'What changed since:',
            '',
            ...lines.map(line => `- ${escape(line)}`),
          ]
        : []),
    ].join('\n');
  }
}

/** Text of a commit is no Markdown of ours: it mentions nobody and links nothing. */
function escape(line: string): string {
  return `\`${line.replaceAll('`', "'")}\``;
}

function appOf({ app, components }: ClaimedRepository): string {
  const name = app ?? components[0]?.name;
  if (name !== undefined) return name;
  throw new InputError('No app is known that the repository is of');
}

function branchFor({ version }: Release): string {
  return `nante/workflows-${version}`;
}

function keyOf({ connection, repository }: ClaimedRepository): string {
  return `${connection}/${repository}`.toLowerCase();
}

import {
  type InfrastructureConfig,
  NanteError,
  type RunDocument,
} from '@nante/model';
import type {
  PipelineJobLogResponse,
  PipelineResponse,
  PipelineRun,
  PipelineRunResponse,
  PipelineStage,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import {
  type DeploymentRegistry,
  type GithubRepository,
  type SecretMask,
  type WorkflowFollower,
  type WorkflowRun,
} from '@nante/plugin-infrastructure-node';
import type {
  ComponentLinks,
  LinkedComponent,
} from '../deployments/ComponentLinks';
import type { RunIndex } from '../runs/RunIndex';
import { dispatchableOf, usesOf } from './callers';
import { withDocuments, withPromotions } from './documents';
import type {
  KnownRepository,
  PipelinePerson,
  Repositories,
} from './Repositories';
import type { Head, RepositoryView } from './RepositoryView';
import { type RunWithJobs, sortStages, stagesOf } from './stages';
import { toPipelineCommit, toPipelineJob, toPipelineRun } from './toAnswer';

/** Lines of a job's log that a page gets. */
const LOG_LINES = 5_000;
/** Runs of one commit whose jobs are looked at. */
const RUNS_OF_COMMIT = 6;
/** Runs that nothing works on, of which is said why. */
const EXPLAINED = 3;

interface Deps {
  deployments: Pick<DeploymentRegistry, 'octopusNames' | 'space'>;
  follower: Pick<WorkflowFollower, 'waitsFor'>;
  links: ComponentLinks;
  repositories: Repositories;
  runs: RunIndex;
  secrets: SecretMask;
  shared: InfrastructureConfig;
  now?: () => number;
}

/** Answers of the Pipeline tab. */
export class PipelinePages {
  readonly #deps: Deps & { now: () => number };

  constructor(deps: Deps) {
    this.#deps = { ...deps, now: deps.now ?? Date.now };
  }

  /** The chain of a component's newest commit. Never throws for GitHub: what was known before is shown with its age. */
  async pipeline(
    entityRef: string,
    person: PipelinePerson,
  ): Promise<PipelineResponse> {
    const { links, repositories } = this.#deps;
    const component = (await links.components()).find(
      ({ ref }) => ref.toLowerCase() === entityRef,
    );
    if (!repositories.isConfigured) return nothing('no-connection');
    const known = component && (await repositories.of(component));
    if (!component || !known) {
      const isSaid = component?.repository ?? component?.source;
      return nothing(isSaid ? 'no-connection' : 'no-repository');
    }
    const view = repositories.view(known);
    const mayRun = await repositories.mayRun(person, component, known);
    const common = { mayRun, ...this.#ageOf(known, view) };
    try {
      const repository = await view.repository();
      if (!repository) return { ...nothing('not-readable'), ...common };
      const answer = await this.#read(component, known, repository);
      // Once more: now GitHub has been asked.
      return { ...answer, mayRun, ...this.#ageOf(known, view) };
    } catch (error) {
      const isRefused =
        NanteError.is(error) &&
        ['unauthorized', 'not-found'].includes(error.code);
      return {
        ...nothing(isRefused ? 'not-readable' : undefined),
        mayRun,
        ...this.#ageOf(known, view),
      };
    }
  }

  /** A run with its jobs, and the runs of ours that it made. @throws what GitHub fails with */
  async run(
    of: KnownRepository,
    id: number,
    person: PipelinePerson,
  ): Promise<PipelineRunResponse> {
    const { repositories, runs } = this.#deps;
    const found = await repositories.find(of);
    const view = repositories.view(found);
    const run = await view.run(id);
    if (!run)
      throw new NanteError('not-found', `${of.repository} has no run ${id}`);
    const [jobs, documents] = await Promise.all([
      view.jobs(run),
      runs.ofWorkflows({ links: new Set([run.url]) }),
    ]);
    return {
      run: toPipelineRun(run, await this.#waitsFor(found, run)),
      jobs: jobs.map(toPipelineJob),
      results: documents.map(document => ({
        id: document.id,
        kind: document.kind,
        state: document.state,
      })),
      mayRun: await repositories.mayChange(person, found),
    };
  }

  /** The end of a job's log. @throws what GitHub fails with */
  async log(
    of: KnownRepository,
    jobId: number,
  ): Promise<PipelineJobLogResponse> {
    const { repositories } = this.#deps;
    const view = repositories.view(await repositories.find(of));
    const text = await view.log(jobId);
    if (text === undefined) return { omitted: 0 };
    const all = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    if (all.at(-1) === '') all.pop();
    const omitted = Math.max(all.length - LOG_LINES, 0);
    // GitHub masks what its runner was told of; we mask what is ours.
    const shown = await this.#deps.secrets.mask(all.slice(omitted).join('\n'));
    return { lines: shown.split('\n'), omitted };
  }

  async #read(
    component: LinkedComponent,
    known: KnownRepository,
    repository: GithubRepository,
  ): Promise<Omit<PipelineResponse, 'mayRun' | 'sources' | 'limitedUntil'>> {
    const { repositories } = this.#deps;
    const view = repositories.view(known);
    const runs = await view.runs();
    const head = await view.head();
    const branch = repository.defaultBranch;
    const { workflows } = repositories.connection(known.connection);
    const ofBranch = runs.filter(run => run.branch === branch);
    const sha = ofBranch[0]?.sha ?? runs[0]?.sha;
    return {
      missing: missingOf(head, runs),
      repository: {
        connection: known.connection,
        name: known.repository,
        url: repository.url,
      },
      branch,
      ...(await this.#chain(component, known, runs, sha, head)),
      runs: await this.#listed(known, runs),
      uses: (head?.callers ?? []).flatMap(file => usesOf(file, workflows)),
      currentVersion: workflows?.version,
      dispatchable: (head?.callers ?? []).flatMap(
        file => dispatchableOf(file) ?? [],
      ),
    };
  }

  async #chain(
    component: LinkedComponent,
    known: KnownRepository,
    runs: WorkflowRun[],
    sha: string | undefined,
    head: Head | undefined,
  ): Promise<Pick<PipelineResponse, 'commit' | 'stages'>> {
    if (sha === undefined) return { stages: [] };
    const view = this.#deps.repositories.view(known);
    const ofCommit = runs
      .filter(run => run.sha === sha)
      .slice(0, RUNS_OF_COMMIT);
    const [withJobs, documents] = await Promise.all([
      Promise.all(
        ofCommit.map(async (run): Promise<RunWithJobs> => ({
          run,
          jobs: await view.jobs(run),
        })),
      ),
      this.#deps.runs.ofWorkflows({
        links: new Set(ofCommit.map(({ url }) => url)),
        commit: { app: component.name, sha },
      }),
    ]);
    const commit =
      head?.commit.sha === sha
        ? toPipelineCommit(head.commit)
        : commitOf(ofCommit[0]);
    const stages = await this.#withPromotions(
      withDocuments(stagesOf(withJobs), documents),
      documents,
    );
    const first: PipelineStage = {
      kind: 'commit',
      title: 'Commit',
      state: 'succeeded',
      detail: commit.title,
      startedAt: commit.at,
      finishedAt: commit.at,
      url: commit.url,
    };
    const order = Object.keys(this.#deps.shared.environments);
    return { commit, stages: sortStages([first, ...stages], order) };
  }

  /** Octopus may be down: the chain of GitHub is shown without it. */
  async #withPromotions(
    stages: PipelineStage[],
    documents: RunDocument[],
  ): Promise<PipelineStage[]> {
    const { deployments, shared, now } = this.#deps;
    const release = documents.find(
      one => one.release && one.state === 'succeeded',
    )?.release;
    if (!release || !deployments.octopusNames.includes(release.connection))
      return stages;
    const space = await deployments
      .space(release.connection, { history: true })
      .catch(() => undefined);
    return space
      ? withPromotions(stages, release, space, shared, now())
      : stages;
  }

  /** Runs as the list shows them; of the newest that nothing works on, why. */
  async #listed(
    known: KnownRepository,
    runs: WorkflowRun[],
  ): Promise<PipelineRun[]> {
    const waiting = runs
      .filter(({ status }) => status !== 'completed')
      .slice(0, EXPLAINED);
    const reasons = await Promise.all(
      waiting.map(run => this.#waitsFor(known, run)),
    );
    return runs.map(run => toPipelineRun(run, reasons[waiting.indexOf(run)]));
  }

  async #waitsFor(
    known: KnownRepository,
    run: WorkflowRun,
  ): Promise<string | undefined> {
    const followed = this.#deps.follower.waitsFor({ ...known, runId: run.id });
    return followed ?? this.#deps.repositories.view(known).waitsFor(run);
  }

  #ageOf(
    { connection }: KnownRepository,
    view: RepositoryView,
  ): { sources: SourceAge[]; limitedUntil?: string } {
    const { limitedUntil } = view;
    return { sources: [view.age(connection)], limitedUntil };
  }
}

/** What GitHub's list of runs says of a commit that is not the newest. */
function commitOf({ sha, title, actor, createdAt, url }: WorkflowRun) {
  const page = url.slice(0, url.indexOf('/actions/'));
  return {
    ...{ sha, title, author: actor, at: createdAt },
    url: `${page}/commit/${sha}`,
  };
}

function missingOf(
  head: Head | undefined,
  runs: WorkflowRun[],
): PipelineResponse['missing'] {
  if (runs.length) return undefined;
  return head?.callers.length ? 'nothing-run' : 'no-workflow';
}

function nothing(missing: PipelineResponse['missing']): PipelineResponse {
  return {
    missing,
    stages: [],
    runs: [],
    uses: [],
    dispatchable: [],
    mayRun: { allowed: false },
    sources: [],
  };
}

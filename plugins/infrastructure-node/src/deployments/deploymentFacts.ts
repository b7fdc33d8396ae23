import type {
  OctopusApi,
  OctopusChannel,
  OctopusDeployment,
  OctopusInterruption,
  OctopusRelease,
  ProcessPackage,
  TaskDetails,
} from '@nante/clients';
import { NanteError } from '@nante/model';
import type { DeploymentFacts, PackageOfRelease } from './deploymentTypes';
import { KeptAnswers } from '../caches/KeptAnswers';
import type { OctopusSource } from './OctopusSource';

/** Whoever watches a task asks every few seconds; milliseconds. */
const RUNNING_FOR = 2_000;
const SELDOM = 300_000;
const READ_DEADLINE = 20_000;

/** Reads single deployments of a space. What does not change any more is kept, and people who watch the same share each request. */
export class DeploymentReader {
  readonly #source: OctopusSource;
  readonly #deployments: KeptAnswers<OctopusDeployment>;
  readonly #releases: KeptAnswers<OctopusRelease>;
  readonly #details: KeptAnswers<TaskDetails>;
  readonly #interruptions: KeptAnswers<OctopusInterruption[]>;
  readonly #channels: KeptAnswers<OctopusChannel[]>;
  readonly #processes: KeptAnswers<ProcessPackage[]>;
  readonly #feeds: KeptAnswers<
    Map<string, { name: string; type: string; url?: string }>
  >;

  constructor(source: OctopusSource, now: () => number) {
    this.#source = source;
    this.#deployments = new KeptAnswers({
      now,
      // Its targets are known once it has run.
      keepFor: ({ machineIds }) => (machineIds.length ? Infinity : RUNNING_FOR),
    });
    this.#releases = new KeptAnswers({ now, keepFor: () => SELDOM });
    this.#details = new KeptAnswers({
      now,
      keepFor: ({ task }) => (task.isCompleted ? Infinity : RUNNING_FOR),
    });
    this.#interruptions = new KeptAnswers({ now, keepFor: () => RUNNING_FOR });
    this.#channels = new KeptAnswers({ now, keepFor: () => SELDOM });
    this.#processes = new KeptAnswers({
      ...{ now, keepFor: () => SELDOM },
      limit: 2_000,
    });
    this.#feeds = new KeptAnswers({ now, keepFor: () => SELDOM });
  }

  /** @throws NanteError `not-found` */
  async read(id: string): Promise<DeploymentFacts> {
    const api = await this.#source.api();
    const deployment = await this.#deployments.get(id, () =>
      api.deployment(id, deadline()),
    );
    const { projectId, environmentId, releaseId, taskId } = deployment;
    const earlier = this.#source.history
      .deploymentsOf(projectId, environmentId)
      .find(past => past.id !== id && past.at < deployment.createdAt);
    const [details, release, previous, channels] = await Promise.all([
      this.#details.get(taskId, () => api.taskDetails(taskId, deadline())),
      this.#release(api, releaseId),
      // One that retention removed is no reason to show nothing.
      earlier && this.#release(api, earlier.releaseId).catch(notThere),
      this.#channels.get(projectId, () => api.channels(projectId, deadline())),
    ]);
    const channel = channels.find(item => item.id === release.channelId);
    const project = this.#source.board?.dashboard.projects.find(
      item => item.id === projectId,
    );
    const slug = project?.slug ?? projectId;
    const [packages, previousPackages, interruptions, ...urls] =
      await Promise.all([
        this.describe(projectId, release.packages),
        previous ? this.describe(projectId, previous.packages) : [],
        details.task.hasPendingInterruptions
          ? this.#interruptions.get(taskId, () =>
              api.interruptions(taskId, deadline()),
            )
          : [],
        api.pageUrl('projects', slug),
        api.pageUrl('releases', slug, release.version),
        api.pageUrl('tasks', taskId),
      ]);
    return {
      ...{ deployment, details, release, interruptions },
      previous: previous &&
        earlier && {
          deploymentId: earlier.id,
          release: previous,
        },
      channel: {
        name: channel?.name ?? '',
        lifecycleId: channel?.lifecycleId ?? '',
      },
      ...{ packages, previousPackages },
      urls: { project: urls[0], release: urls[1], task: urls[2] },
    };
  }

  /** What the process of a project deploys. */
  async packagesOf(projectId: string): Promise<ProcessPackage[]> {
    const project = this.#source.inventory?.projects.find(
      item => item.id === projectId,
    );
    if (!project) return [];
    return this.#processes.get(projectId, async () => {
      const api = await this.#source.api();
      return (await api.process(project, deadline())).packages;
    });
  }

  /** Feeds of the space by id. */
  feeds() {
    return this.#feeds.get('', async () => {
      const api = await this.#source.api();
      const feeds = await api.feeds(deadline());
      return new Map(feeds.map(({ id, ...feed }) => [id, feed]));
    });
  }

  /** Packages of a release in the words of the process: a release itself names only steps and versions. */
  async describe(
    projectId: string,
    packages: OctopusRelease['packages'],
  ): Promise<PackageOfRelease[]> {
    const [known, feeds] = await Promise.all([
      this.packagesOf(projectId),
      this.feeds(),
    ]);
    return namePackages(packages, known, feeds);
  }

  /** The next look at a deployment asks again, where it has not ended. */
  invalidate(): void {
    this.#details.forgetRunning();
    this.#interruptions.forgetRunning();
    this.#deployments.forgetRunning();
  }

  #release(api: OctopusApi, id: string): Promise<OctopusRelease> {
    return this.#releases.get(id, () => api.release(id, deadline()));
  }
}

/** Packages of a release by their ids. */
export function namePackages(
  packages: OctopusRelease['packages'],
  known: ProcessPackage[],
  feeds: Map<string, { name: string; type: string }>,
): PackageOfRelease[] {
  return packages.map(({ action, reference, version }) => {
    const found = known.find(
      item => item.action === action && item.reference === reference,
    );
    const feed = found && feeds.get(found.feedId);
    return {
      step: action,
      // A step that the process no longer has.
      packageId: found?.packageId ?? (reference || action),
      feed: feed?.name ?? '',
      feedType: feed?.type ?? '',
      version,
    };
  });
}

function deadline(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(READ_DEADLINE) };
}

function notThere(error: unknown): undefined {
  if (NanteError.is(error) && error.code === 'not-found') return undefined;
  throw error;
}

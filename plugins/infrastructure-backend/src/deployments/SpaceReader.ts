import {
  type KnownRelease,
  type PastDeployment,
  type Route,
  type SpaceView,
  routeOf,
  type DashboardItem,
  type OctopusFreeze,
} from '@nante/plugin-infrastructure-node';
import { freezesAt } from './allowed';

/** A project as the dashboard names it. */
export type BoardProject = NonNullable<
  SpaceView['board']
>['dashboard']['projects'][number];

/** What ran last with success in an environment. */
export interface Good {
  releaseId: string;
  version: string;
  deploymentId: string;
  /** ISO time. */
  at: string;
}

/** Answers questions about one look at a space; made anew for each, so that it never mixes two. */
export class SpaceReader {
  readonly space: SpaceView;
  readonly #items: Map<string, DashboardItem>;
  readonly #previous: Map<string, DashboardItem>;
  readonly #routes = new Map<string, Route>();
  readonly #lifecycleOf: Map<string, string>;
  readonly #reached = new Map<string, Map<string, Set<string>>>();
  readonly freezes: (
    projectId: string,
    environmentId: string,
  ) => OctopusFreeze[];

  constructor(space: SpaceView, now: number) {
    this.space = space;
    const { board, inventory } = space;
    this.#items = byCell(board?.dashboard.items ?? []);
    this.#previous = byCell(board?.dashboard.previousItems ?? []);
    this.#lifecycleOf = new Map(
      inventory?.projects.map(({ id, lifecycleId }) => [id, lifecycleId]),
    );
    this.freezes = freezesAt(board?.freezes ?? [], now);
  }

  get projects(): BoardProject[] {
    return this.space.board?.dashboard.projects ?? [];
  }

  /** In the order of Octopus. */
  get environments(): { id: string; name: string }[] {
    return this.space.board?.dashboard.environments ?? [];
  }

  project(id: string): BoardProject | undefined {
    return this.projects.find(project => project.id === id);
  }

  environmentName(id: string): string {
    return this.environments.find(item => item.id === id)?.name ?? id;
  }

  /** Newest attempt. */
  item(projectId: string, environmentId: string): DashboardItem | undefined {
    return this.#items.get(`${projectId}|${environmentId}`);
  }

  /** Newest success. */
  good(projectId: string, environmentId: string): Good | undefined {
    const key = `${projectId}|${environmentId}`;
    const item = [this.#items.get(key), this.#previous.get(key)].find(
      found => found?.state === 'Success',
    );
    if (item) {
      return {
        releaseId: item.releaseId,
        version: item.releaseVersion,
        deploymentId: item.deploymentId,
        at: item.completedAt ?? item.queuedAt,
      };
    }
    const past = this.space.history.deploymentsOf(projectId, environmentId)[0];
    const release = past && this.space.history.release(past.releaseId);
    return (
      release && {
        releaseId: release.id,
        version: release.version,
        deploymentId: past.id,
        at: past.at,
      }
    );
  }

  /**
   * Where the releases of a project go.
   *
   * @param lifecycleId - of a channel; the project's own unless given
   */
  route(projectId: string, lifecycleId?: string): Route {
    const id = lifecycleId || (this.#lifecycleOf.get(projectId) ?? '');
    const known = this.#routes.get(id);
    if (known) return known;
    const route = routeOf(
      this.space.inventory?.lifecycles.find(item => item.id === id),
      this.environments.map(item => item.id),
    );
    this.#routes.set(id, route);
    return route;
  }

  /** Whether a project may get there at all. */
  leadsTo(projectId: string, environmentId: string): boolean {
    return (
      this.space.board?.dashboard.environmentsOf[projectId]?.includes(
        environmentId,
      ) ?? this.route(projectId).leadsTo(environmentId)
    );
  }

  /** Environments that a release was deployed to with success. */
  reached(projectId: string, releaseId: string): ReadonlySet<string> {
    let ofProject = this.#reached.get(projectId);
    if (!ofProject) {
      ofProject = new Map();
      const add = (release: string, environmentId: string) => {
        const found = ofProject!.get(release) ?? new Set();
        ofProject!.set(release, found.add(environmentId));
      };
      for (const past of this.space.history.deploymentsOf(projectId)) {
        add(past.releaseId, past.environmentId);
      }
      for (const { id } of this.environments) {
        const good = this.good(projectId, id);
        if (good) add(good.releaseId, id);
      }
      this.#reached.set(projectId, ofProject);
    }
    return ofProject.get(releaseId) ?? new Set();
  }

  /** Whether Octopus was told that a release may not go further. */
  isBlocked(projectId: string, releaseId: string): boolean {
    return this.environments.some(({ id }) => {
      const item = this.item(projectId, id);
      return item?.releaseId === releaseId && item.isBlocked;
    });
  }

  /** Why a release may not go to an environment, whoever asks. */
  whyNotThere(
    projectId: string,
    release: Pick<KnownRelease, 'id' | 'version'>,
    environmentId: string,
    lifecycleId?: string,
  ): string | undefined {
    if (this.isBlocked(projectId, release.id)) {
      return `Octopus was told that ${release.version} may not go further.`;
    }
    return this.route(projectId, lifecycleId).problem(
      environmentId,
      this.reached(projectId, release.id),
      id => this.environmentName(id),
    );
  }

  /** Releases that a rollback could take: deployed there with success, and other than what is there now. Newest first. */
  earlier(projectId: string, environmentId: string): PastDeployment[] {
    const current = this.item(projectId, environmentId)?.releaseId;
    const seen = new Set([current]);
    return this.space.history
      .deploymentsOf(projectId, environmentId)
      .filter(({ releaseId }) => {
        if (seen.has(releaseId)) return false;
        seen.add(releaseId);
        return this.space.history.release(releaseId) !== undefined;
      });
  }

  /** Why there is nothing to go back to. */
  whyNoEarlier(environmentId: string): string {
    return this.space.history.isComplete
      ? `No other release was deployed to ${this.environmentName(environmentId)} with success.`
      : this.stillReading();
  }

  stillReading(): string {
    const { deployments } = this.space.history.size;
    return `The history is still being read (${deployments} deployments so far); look again in a moment.`;
  }
}

function byCell(items: DashboardItem[]): Map<string, DashboardItem> {
  const cells = new Map<string, DashboardItem>();
  for (const item of items) {
    const key = `${item.projectId}|${item.environmentId}`;
    const known = cells.get(key);
    // With tenants or several channels there are several; the newest counts.
    if (!known || known.queuedAt < item.queuedAt) cells.set(key, item);
  }
  return cells;
}

import type {
  OctopusApi,
  OctopusDeployment,
  OctopusRelease,
  Page,
} from '@nante/clients';

/** A deployment that succeeded, as much of it as pages need. */
export type PastDeployment = Pick<
  OctopusDeployment,
  'id' | 'projectId' | 'environmentId' | 'releaseId' | 'machineIds'
> & {
  /** ISO time. */
  at: string;
};

/** A release, as much of it as pages need. */
export type KnownRelease = Pick<
  OctopusRelease,
  'id' | 'projectId' | 'version' | 'channelId' | 'assembledAt' | 'packages'
>;

/** Most deployments, and most releases, that are kept. */
const KEPT = 20_000;
/** Octopus answers that many at a time. */
const PAGE = 1_000;
/** What retention removed from Octopus goes from here when everything is read anew, in milliseconds. */
const FULL_AGAIN_AFTER = 6 * 3_600_000;

/** One list of Octopus, newest first, with how far back it was read. */
class Shelf<T extends { id: string }> {
  items = new Map<string, T>();
  /** How many of Octopus' list were passed. */
  passed = 0;
  complete = false;

  take(page: Page<unknown>, items: T[]): void {
    for (const item of items) this.items.set(item.id, item);
    this.passed += page.items.length;
    this.complete =
      page.items.length === 0 || this.passed >= Math.min(page.total, KEPT);
  }
}

/**
 * What was deployed with success, and which releases there are: the newest 20 000 of each, read once in pages of 1 000 and
 * afterwards one page each. It is kept compact: every text is kept once.
 */
export class DeploymentHistory {
  readonly #now: () => number;
  #deployments = new Shelf<PastDeployment>();
  #releases = new Shelf<KnownRelease>();
  #texts = new Map<string, string>();
  #fullAt = -Infinity;
  #byProject?: Map<string, PastDeployment[]>;
  #releasesByProject?: Map<string, KnownRelease[]>;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** False while it is still being read for the first time. */
  get isComplete(): boolean {
    return this.#deployments.complete && this.#releases.complete;
  }

  /** For sentences: how many deployments and releases are known. */
  get size(): { deployments: number; releases: number } {
    return {
      deployments: this.#deployments.items.size,
      releases: this.#releases.items.size,
    };
  }

  hasDeployment(id: string): boolean {
    return this.#deployments.items.has(id);
  }

  release(id: string): KnownRelease | undefined {
    return this.#releases.items.get(id);
  }

  /** Releases of a project, newest first. */
  releasesOf(projectId: string): KnownRelease[] {
    this.#releasesByProject ??= group(this.#releases.items.values(), (a, b) =>
      compare(b.assembledAt, a.assembledAt),
    );
    return this.#releasesByProject.get(projectId) ?? [];
  }

  /** Every release, in no order. */
  allReleases(): Iterable<KnownRelease> {
    return this.#releases.items.values();
  }

  /** Every deployment, in no order. */
  allDeployments(): Iterable<PastDeployment> {
    return this.#deployments.items.values();
  }

  /** Deployments of a project, newest first; to one environment, where one is named. */
  deploymentsOf(projectId: string, environmentId?: string): PastDeployment[] {
    this.#byProject ??= group(this.#deployments.items.values(), (a, b) =>
      compare(b.at, a.at),
    );
    const all = this.#byProject.get(projectId) ?? [];
    return environmentId === undefined
      ? all
      : all.filter(item => item.environmentId === environmentId);
  }

  /**
   * Goes on reading: everything the first time, what is new afterwards. What was read stays when it fails half-way, and
   * the next time goes on from there.
   *
   * @param options - `deployments`: false where there is no sign of a new one, which saves a request
   */
  async sync(
    api: OctopusApi,
    signal: AbortSignal,
    options: { deployments?: boolean } = {},
  ): Promise<void> {
    const again =
      this.isComplete && this.#now() - this.#fullAt > FULL_AGAIN_AFTER;
    const [deployments, releases] =
      again || !this.isComplete
        ? [
            again ? new Shelf<PastDeployment>() : this.#deployments,
            again ? new Shelf<KnownRelease>() : this.#releases,
          ]
        : [];
    if (!deployments || !releases) {
      await this.#newest(api, signal, options.deployments ?? true);
      return;
    }
    await this.#fill(
      releases,
      skip => api.releases({ skip, take: PAGE }, { signal }),
      release => this.#toRelease(release),
    );
    await this.#fill(
      deployments,
      skip =>
        api.deployments({ states: ['Success'], skip, take: PAGE }, { signal }),
      deployment => this.#toDeployment(deployment),
    );
    this.#deployments = deployments;
    this.#releases = releases;
    this.#fullAt = this.#now();
    this.#changed();
  }

  async #fill<S, T extends { id: string }>(
    shelf: Shelf<T>,
    fetch: (skip: number) => Promise<Page<S>>,
    compact: (item: S) => T,
  ): Promise<void> {
    while (!shelf.complete) {
      const page = await fetch(shelf.passed);
      shelf.take(page, page.items.map(compact));
      this.#changed();
    }
  }

  /** One that ended late stands below newer ones, so a whole page is taken again each time. */
  async #newest(
    api: OctopusApi,
    signal: AbortSignal,
    withDeployments: boolean,
  ): Promise<void> {
    const [deployments, releases] = await Promise.all([
      withDeployments
        ? api.deployments({ states: ['Success'], take: PAGE }, { signal })
        : undefined,
      api.releases({ take: PAGE }, { signal }),
    ]);
    let news = false;
    for (const item of deployments?.items ?? []) {
      if (this.#deployments.items.has(item.id)) continue;
      news = true;
      this.#deployments.items.set(item.id, this.#toDeployment(item));
    }
    for (const item of releases.items) {
      if (this.#releases.items.has(item.id)) continue;
      news = true;
      this.#releases.items.set(item.id, this.#toRelease(item));
    }
    if (news) this.#changed();
  }

  #toDeployment(item: OctopusDeployment): PastDeployment {
    return {
      id: item.id,
      projectId: this.#once(item.projectId),
      environmentId: this.#once(item.environmentId),
      releaseId: this.#once(item.releaseId),
      machineIds: item.machineIds.map(id => this.#once(id)),
      at: item.createdAt,
    };
  }

  #toRelease(item: OctopusRelease): KnownRelease {
    return {
      id: this.#once(item.id),
      projectId: this.#once(item.projectId),
      version: item.version,
      channelId: this.#once(item.channelId),
      assembledAt: item.assembledAt,
      packages: item.packages.map(({ action, reference, version }) => ({
        action: this.#once(action),
        reference: this.#once(reference),
        version: this.#once(version),
      })),
    };
  }

  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  #changed(): void {
    this.#byProject = undefined;
    this.#releasesByProject = undefined;
  }
}

function group<T extends { projectId: string }>(
  items: Iterable<T>,
  order: (a: T, b: T) => number,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const found = groups.get(item.projectId);
    if (found) found.push(item);
    else groups.set(item.projectId, [item]);
  }
  for (const list of groups.values()) list.sort(order);
  return groups;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

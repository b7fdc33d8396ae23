import { NotFoundError } from '@backstage/errors';
import {
  type InfrastructureConfig,
  NanteError,
  type RunDocument,
} from '@nante/model';
import type {
  ArtifactVersion,
  ArtifactsResponse,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  NexusComponent,
  NexusSearch,
} from '@nante/plugin-infrastructure-node';
import type {
  ComponentLinks,
  LinkedComponent,
} from '../deployments/ComponentLinks';
import { SpaceReader } from '../deployments/SpaceReader';
import type { RunIndex } from '../runs/RunIndex';
import { readCursor, writeCursor } from './cursor';
import { artifactName, artifactVersion } from './naming';
import { ProjectPackages } from './ProjectPackages';
import { Pulls, digestOf } from './Pulls';
import { type ArtifactSource, artifactSources } from './sources';

/** What a person asks for. */
export interface ArtifactQuery {
  entityRef: string;
  page?: string;
  /** A version or its begin, or words. */
  text?: string;
  format?: NexusSearch['format'];
  /** Only what runs somewhere. */
  deployed?: boolean;
}

/** Most versions that are looked up one by one. */
const DEPLOYED = 20;

type Found = { connection: string; component: NexusComponent };
type Version = ArtifactVersion;

const collator = new Intl.Collator('en', { numeric: true });

/** Artifacts of components, page by page: a page asks one page of each place that has some. */
export class ArtifactPages {
  readonly #registry: DeploymentRegistry;
  readonly #links: ComponentLinks;
  readonly #runs: RunIndex;
  readonly #shared: InfrastructureConfig;
  readonly #pulls: Pulls;
  readonly #now: () => number;

  constructor(deps: {
    registry: DeploymentRegistry;
    links: ComponentLinks;
    runs: RunIndex;
    shared: InfrastructureConfig;
    now?: () => number;
  }) {
    this.#registry = deps.registry;
    this.#links = deps.links;
    this.#runs = deps.runs;
    this.#shared = deps.shared;
    this.#pulls = new Pulls(deps.registry);
    this.#now = deps.now ?? Date.now;
  }

  /**
   * One page.
   *
   * @throws NotFoundError for an unknown component, InputError for a page of another list
   */
  async read(query: ArtifactQuery): Promise<
    ArtifactsResponse & {
      /** Owner of the component. */
      owner?: string;
    }
  > {
    const component = (await this.#links.components()).find(
      ({ ref }) => ref === query.entityRef,
    );
    if (!component) {
      throw new NotFoundError(
        `The catalog has no component ${query.entityRef}, or does not answer`,
      );
    }
    const { found, sources } = artifactSources(
      component,
      this.#registry,
      this.#shared,
    );
    const [packages, runs] = await Promise.all([
      this.#packagesOf(component),
      this.#runs.list({ kind: ['publish'], limit: 500 }).catch(() => []),
    ]);
    const { items, next } = query.deployed
      ? {
          items: await this.#deployed(sources, query, packages),
          next: undefined,
        }
      : await this.#page(sources, query);
    const versions = await Promise.all(
      groupByVersion(items).map(group =>
        this.#toVersion(group, packages, runs),
      ),
    );
    const asked = new Set(sources.map(({ connection }) => connection));
    return {
      versions,
      next,
      found: versions.length || next || query.page ? found : 'nothing',
      project: packages && {
        connection: packages.connection,
        id: packages.project.id,
        name: packages.project.name,
      },
      owner: component.owner,
      sources: [
        ...[...asked].map(name => this.#registry.nexusAge(name)),
        ...(packages ? [packages.age] : []),
      ],
    };
  }

  async #packagesOf(
    component: LinkedComponent,
  ): Promise<(ProjectPackages & { age: SourceAge }) | undefined> {
    const spaces = await this.#registry.spaces({ history: true });
    const project = await this.#links.projectOf(component, spaces);
    const space = spaces.find(({ name }) => name === project?.connection);
    if (!project || !space) return undefined;
    return ProjectPackages.read(
      this.#registry,
      new SpaceReader(space, this.#now()),
      project,
    );
  }

  async #page(
    sources: ArtifactSource[],
    query: ArtifactQuery,
  ): Promise<{ items: Found[]; next?: string }> {
    const cursor = readCursor(query.page, sources.length);
    const pages = await Promise.all(
      sources.map(async (source, index) => {
        const token = cursor[index];
        if (token === null) return { items: [], next: null };
        const page = await this.#ask(
          narrowed(source, query),
          filtersOf(query),
          token,
        );
        // A Nexus that fails is asked again at the same place.
        return page ?? { items: [], next: token };
      }),
    );
    const isFailing = pages.every(({ items }) => items.length === 0);
    return {
      items: pages.flatMap(({ items }) => items),
      next:
        isFailing &&
        query.page === undefined &&
        pages.every(({ next }) => !next)
          ? undefined
          : writeCursor(pages.map(({ next }) => next)),
    };
  }

  /** What runs somewhere, found by the releases that run and not by looking through everything. */
  async #deployed(
    sources: ArtifactSource[],
    query: ArtifactQuery,
    packages: ProjectPackages | undefined,
  ): Promise<Found[]> {
    const versions = (packages?.deployedVersions() ?? []).slice(0, DEPLOYED);
    const pages = await Promise.all(
      versions.flatMap(version =>
        sources.map(source =>
          this.#ask(
            narrowed(source, query),
            { ...filtersOf(query), version },
            '',
          ),
        ),
      ),
    );
    return pages.flatMap(page => page?.items ?? []);
  }

  /** @returns undefined where the Nexus does not answer; its age says why */
  async #ask(
    source: ArtifactSource,
    filters: NexusSearch,
    token: string,
  ): Promise<{ items: Found[]; next: string | null } | undefined> {
    const { connection, query, isMeant } = source;
    try {
      const answer = await this.#registry.ofNexus(connection, api =>
        api.search({ ...query, ...filters }, token ? { token } : {}, {
          signal: AbortSignal.timeout(15_000),
        }),
      );
      return {
        items: answer.components
          .filter(isMeant)
          .map(component => ({ connection, component })),
        next: answer.next ?? null,
      };
    } catch (error) {
      if (NanteError.is(error) && error.code === 'invalid-input') throw error;
      return undefined;
    }
  }

  async #toVersion(
    group: Found[],
    packages: ProjectPackages | undefined,
    runs: RunDocument[],
  ): Promise<Version> {
    const named = group.map(({ component }) => ({
      ...artifactName(component),
      version: artifactVersion(component),
    }));
    return {
      version: named[0].version,
      artifacts: await Promise.all(
        group.map(async ({ connection, component }, index) => {
          const [first] = component.assets;
          const { repository, format, name } = named[index];
          const run = runs.find(
            ({ artifact, state }) =>
              state === 'succeeded' &&
              artifact?.connection === connection &&
              artifact.repository === repository &&
              artifact.name === name &&
              artifact.version === named[index].version,
          );
          return {
            ...{ connection, repository, format, name },
            componentId: component.id,
            assets: component.assets.map(asset => ({
              path: asset.path,
              size: asset.size,
              sha256: asset.checksums.sha256,
              url: asset.url,
            })),
            digest: digestOf(component),
            pull: await this.#pulls.of(connection, component),
            publishedAt: first?.modifiedAt,
            uploader: first?.uploader,
            provenance: run && {
              runId: run.id,
              commit: textOf(run.inputs.commit),
              buildUrl: textOf(run.inputs.buildUrl),
            },
          };
        }),
      ),
      releases: packages?.releasesWith(named) ?? [],
      deployedTo: packages?.environmentsWith(named) ?? [],
    };
  }
}

/** What looks like a version means the begin of one. */
const isVersion = (text: string) => /^v?\d/.test(text);

function filtersOf({ text, format }: ArtifactQuery): NexusSearch {
  return {
    ...(format && { format }),
    // Nexus takes a wildcard only after three characters; the page is narrowed by less.
    ...(text && !isVersion(text) && { text }),
    ...(text && isVersion(text) && text.length > 2 && { version: `${text}*` }),
  };
}

/** A version that somebody begins to type leaves out what begins otherwise, whatever Nexus made of it. */
function narrowed(
  source: ArtifactSource,
  { text }: ArtifactQuery,
): ArtifactSource {
  if (!text || !isVersion(text)) return source;
  return {
    ...source,
    isMeant: component =>
      source.isMeant(component) && artifactVersion(component).startsWith(text),
  };
}

/** Image, chart and package of the same version are one row; the newest first. */
function groupByVersion(items: Found[]): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const item of items) {
    const version = artifactVersion(item.component);
    groups.set(version, [...(groups.get(version) ?? []), item]);
  }
  return [...groups]
    .sort(([a], [b]) => collator.compare(b, a))
    .map(([, group]) => group);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

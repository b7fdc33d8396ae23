import { NotFoundError } from '@backstage/errors';
import {
  type GithubConnection,
  connectionNamed,
  connectionsOf,
  type InfrastructureConfig,
  repositoryPathSchema,
} from '@nante/model';
import type { Allowed, SourceAge } from '@nante/plugin-infrastructure-common';
import {
  type Engine,
  type ManagedRepository,
  Refreshed,
  type WorkflowFollower,
  isSameRepository,
  readRepositoryName,
} from '@nante/plugin-infrastructure-node';
import type {
  ComponentLinks,
  LinkedComponent,
} from '../deployments/ComponentLinks';
import { allowedUnless } from '../deployments/allowed';
import { RepositoryView } from './RepositoryView';

/** How long the ledgers' repositories serve, in milliseconds. */
const MANAGED_FRESH = 60_000;
const MANAGED_DEADLINE = 20_000;

/** A repository of a connection. */
export interface KnownRepository {
  connection: string;
  /** `owner/name` */
  repository: string;
}

/** A repository with whoever claims it. */
export interface ClaimedRepository extends KnownRepository {
  components: LinkedComponent[];
  /** App that our ledger made it for. */
  app?: string;
}

/** Who asks, and what that person may do. */
export interface PipelinePerson {
  claims: string[];
  operator: boolean;
  /** Holds `infrastructure.pipeline.run`. */
  mayRun: boolean;
}

/** Which repositories there are, whose they are, and one view of each for all who look. */
export class Repositories {
  readonly #deps: {
    engine: Pick<Engine, 'github' | 'managedRepositories'>;
    links: ComponentLinks;
    shared: InfrastructureConfig;
    follower: Pick<WorkflowFollower, 'hears'>;
    now: () => number;
  };
  readonly #views = new Map<string, RepositoryView>();
  readonly #managed: Refreshed<ManagedRepository[]>;
  /** Host of the pages of each connection. */
  readonly #hosts = new Map<string, string>();

  constructor(deps: {
    engine: Pick<Engine, 'github' | 'managedRepositories'>;
    links: ComponentLinks;
    shared: InfrastructureConfig;
    follower: Pick<WorkflowFollower, 'hears'>;
    now?: () => number;
  }) {
    const now = deps.now ?? Date.now;
    this.#deps = { ...deps, now };
    this.#managed = new Refreshed({
      now,
      deadlineMs: MANAGED_DEADLINE,
      fetch: signal => deps.engine.managedRepositories({ signal }),
    });
  }

  /** Whether there is a connection at all. */
  get isConfigured(): boolean {
    return connectionsOf(this.#deps.shared, 'github').length > 0;
  }

  /** Its configuration. @throws NotFoundError */
  connection(name: string): GithubConnection {
    const found = connectionNamed(this.#deps.shared, 'github', name);
    if (found) return found;
    throw new NotFoundError(`There is no GitHub connection ${name}`);
  }

  /** The view that all share. */
  view({ connection, repository }: KnownRepository): RepositoryView {
    const key = `${connection}/${repository}`.toLowerCase();
    let view = this.#views.get(key);
    if (!view) {
      const { engine, follower, now } = this.#deps;
      view = new RepositoryView({
        name: readRepositoryName(repository),
        api: () => engine.github(connection),
        hasEvents: () => follower.hears(repository),
        now,
      });
      this.#views.set(key, view);
    }
    return view;
  }

  /** How old what is known of a connection's repositories is: that of the oldest of those that fail, else of the newest. */
  ageOf(connection: string): SourceAge {
    const ages = [...this.#views]
      .filter(([key]) => key.startsWith(`${connection}/`))
      .map(([, view]) => view.age(connection))
      .filter(({ lastSuccessAt, error }) => lastSuccessAt ?? error);
    const oldest = (all: SourceAge[]) =>
      all.sort((a, b) =>
        (a.lastSuccessAt ?? '').localeCompare(b.lastSuccessAt ?? ''),
      );
    return (
      oldest(ages.filter(({ ok }) => !ok))[0] ??
      oldest(ages).at(-1) ?? { connection, ok: false }
    );
  }

  /** Forgets what can have changed in a repository, whatever connection it is of. */
  invalidate(repository: string): void {
    for (const view of this.#views.values()) {
      const { owner, name } = view.name;
      if (isSameRepository(`${owner}/${name}`, repository)) view.invalidate();
    }
  }

  /** Repository of a component: by its annotation, otherwise where its source is. Undefined where there is none on a connection. */
  async of(component: LinkedComponent): Promise<KnownRepository | undefined> {
    const { repository, source } = component;
    if (repository) {
      const connection = this.#ofOrganization(repository);
      return connection ? { connection, repository } : undefined;
    }
    return source ? this.#ofSource(source) : undefined;
  }

  /** Repositories of components and of our ledgers, each once, with the components that claim it. */
  async all(): Promise<ClaimedRepository[]> {
    const found = new Map<string, ClaimedRepository>();
    const add = (one: KnownRepository) => {
      const key = `${one.connection}/${one.repository}`.toLowerCase();
      const known = found.get(key) ?? { ...one, components: [] };
      found.set(key, known);
      return known;
    };
    for (const one of await this.#ledger()) {
      if (connectionNamed(this.#deps.shared, 'github', one.connection))
        add(one).app = one.app;
    }
    for (const component of await this.#deps.links.components()) {
      const one = await this.of(component);
      if (one) add(one).components.push(component);
    }
    return [...found.values()].map(
      ({ connection, repository, components, app }) => ({
        ...{ connection, repository, components, app },
      }),
    );
  }

  /** One of `all`. @throws NotFoundError: what nobody claims is nobody's to look at */
  async find(wanted: KnownRepository): Promise<ClaimedRepository> {
    const all = await this.all();
    const found = all.find(
      one =>
        one.connection === wanted.connection &&
        isSameRepository(one.repository, wanted.repository),
    );
    if (found) return found;
    throw new NotFoundError(
      `No component of the catalog has the repository ${wanted.repository} of ${wanted.connection}`,
    );
  }

  /** Whether somebody may start, repeat and cancel workflows of a component, or propose changes to its repository. */
  async mayRun(
    person: PipelinePerson,
    component: LinkedComponent,
    of: KnownRepository,
  ): Promise<Allowed> {
    return allowedUnless(await this.#whyNot(person, component, of));
  }

  /** As `mayRun`, of a repository: by the first component that names it; without one, operators alone. */
  async mayChange(
    person: PipelinePerson,
    of: ClaimedRepository,
  ): Promise<Allowed> {
    const [component] = of.components;
    if (component) return this.mayRun(person, component, of);
    if (this.connection(of.connection).readOnly)
      return allowedUnless(`The connection ${of.connection} is read-only.`);
    return allowedUnless(
      person.operator
        ? undefined
        : `Only operators may do this with ${of.repository}: no component names it.`,
    );
  }

  async #whyNot(
    person: PipelinePerson,
    component: LinkedComponent,
    of: KnownRepository,
  ): Promise<string | undefined> {
    if (this.connection(of.connection).readOnly)
      return `The connection ${of.connection} is read-only.`;
    if (person.operator) return undefined;
    if (!person.mayRun)
      return "You lack the permission infrastructure.pipeline.run; the portal's operators grant it.";
    const { owner, name } = component;
    if (owner === undefined)
      return `Only operators may do this with ${name}: nobody owns it.`;
    if (!person.claims.includes(owner))
      return `Only ${owner.split('/').at(-1)} and operators may do this with ${name}.`;
    const { components, app } = await this.find(of);
    // An annotation is written by whoever owns the component, not by whoever owns the repository.
    const other = components.find(one => one.owner !== owner);
    if (other)
      return `Only operators may do this with ${of.repository}: ${other.name}, which has another owner, names it too.`;
    if (app !== undefined && app !== name)
      return `Only operators may do this with ${of.repository}: it was made for ${app}.`;
    return undefined;
  }

  async #ledger(): Promise<ManagedRepository[]> {
    return (await this.#managed.read(MANAGED_FRESH)) ?? [];
  }

  #ofOrganization(repository: string): string | undefined {
    if (!repositoryPathSchema.safeParse(repository).success) return undefined;
    const all = connectionsOf(this.#deps.shared, 'github');
    const owner = repository.split('/')[0].toLowerCase();
    const own = all.find(
      ([, { organization }]) => organization.toLowerCase() === owner,
    );
    if (own) return own[0];
    return all.length === 1 ? all[0][0] : undefined;
  }

  async #ofSource(source: string): Promise<KnownRepository | undefined> {
    const url = URL.canParse(source) ? new URL(source) : undefined;
    const [owner, name] = url?.pathname.split('/').filter(Boolean) ?? [];
    const repository = `${owner}/${name?.replace(/\.git$/, '')}`;
    if (!url || !repositoryPathSchema.safeParse(repository).success)
      return undefined;
    const matching: [string, GithubConnection][] = [];
    for (const one of connectionsOf(this.#deps.shared, 'github')) {
      if ((await this.#hostOf(one[0])) === url.host) matching.push(one);
    }
    const own = matching.find(
      ([, { organization }]) =>
        organization.toLowerCase() === owner.toLowerCase(),
    );
    const connection = (own ?? matching[0])?.[0];
    return connection ? { connection, repository } : undefined;
  }

  /** Undefined where its secret is missing. */
  async #hostOf(connection: string): Promise<string | undefined> {
    const known = this.#hosts.get(connection);
    if (known !== undefined) return known;
    try {
      const api = await this.#deps.engine.github(connection);
      const { host } = new URL(api.webUrl);
      this.#hosts.set(connection, host);
      return host;
    } catch {
      return undefined;
    }
  }
}

import {
  type Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import type {
  CatalogProcessor,
  CatalogProcessorEmit,
  LocationSpec,
} from '@backstage/plugin-catalog-node';
import { readComponentAnnotations } from '@nante/plugin-infrastructure-common';
import type { Engine } from '@nante/plugin-infrastructure-node';

/** What may stand in a repository that we made. */
const allowedKinds = ['component', 'api'];

/** A repository that we made, as far as its entities are held to it. */
interface Home {
  app: string;
  /** `owner/name`. */
  repository: string;
  /** Entity ref of the group that it was made for. */
  owner?: string;
}

/**
 * Holds what repositories say of themselves to what they were made for. The portal enters them into the catalog for people who
 * may register nothing, and whoever pushes to one may write anything into its `catalog-info.yaml`: a person, a group, or that
 * another app's project and artifacts are its own. What the catalog knew before stays where such a thing is refused.
 */
export class RepositoryGuard implements CatalogProcessor {
  readonly #engine: Pick<Engine, 'getRun' | 'github' | 'managedRepositories'>;

  constructor(deps: {
    engine: Pick<Engine, 'getRun' | 'github' | 'managedRepositories'>;
  }) {
    this.#engine = deps.engine;
  }

  getProcessorName(): string {
    return 'nante-repository-guard';
  }

  async preProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    _emit: CatalogProcessorEmit,
    origin: LocationSpec,
  ): Promise<Entity> {
    if (origin.type !== 'url') return entity;
    const home = await this.#homeOf(origin.target);
    if (!home) return entity;
    const problem = isItsEntry(entity, origin)
      ? undefined
      : problemOf(entity, home);
    if (problem)
      throw new InputError(
        `${origin.target} is of the app ${home.app}: ${problem}`,
      );
    return entity;
  }

  /** The repository that an address lies in, where we made it. */
  async #homeOf(url: string): Promise<Home | undefined> {
    for (const one of await this.#engine.managedRepositories()) {
      const { webUrl } = await this.#engine.github(one.connection);
      if (!url.startsWith(`${webUrl}/${one.repository}/`)) continue;
      const made = await this.#engine.getRun(one.runId);
      return { app: one.app, repository: one.repository, owner: made?.owner };
    }
    return undefined;
  }
}

/** The catalog's own note of where it reads. */
function isItsEntry({ kind, spec }: Entity, origin: LocationSpec): boolean {
  return (
    kind.toLowerCase() === 'location' &&
    spec?.target === origin.target &&
    spec.targets === undefined
  );
}

function problemOf(entity: Entity, home: Home): string | undefined {
  const { kind, metadata } = entity;
  const isOwn = (name: string) =>
    name === home.app || name.startsWith(`${home.app}-`);
  if (!allowedKinds.includes(kind.toLowerCase()))
    return `a ${kind} cannot stand there. An operator registers it from elsewhere.`;
  if ((metadata.namespace ?? 'default') !== 'default' || !isOwn(metadata.name))
    return `${metadata.name} is neither ${home.app} nor begins with ${home.app}-.`;
  const owner = ownerOf(entity);
  if (home.owner && owner !== home.owner)
    return `${metadata.name} names ${owner} as its owner, and was made for ${home.owner}. An operator hands it over.`;
  const said = readComponentAnnotations(metadata.annotations);
  if (said.repository && said.repository !== home.repository)
    return `${metadata.name} names the repository ${said.repository}.`;
  const named = [
    said.project?.split('/').slice(1).join('/'),
    said.foreignProject,
    ...[...said.artifacts, ...said.foreignArtifacts].map(artifact =>
      artifact.split(/[/:]/).at(-1)!,
    ),
  ].find(name => name !== undefined && !isOwn(name));
  return named === undefined
    ? undefined
    : `${metadata.name} names ${named} as its own, which is neither ${home.app} nor begins with ${home.app}-.`;
}

function ownerOf({ spec }: Entity): string | undefined {
  const owner = spec?.owner;
  if (typeof owner !== 'string' || !owner) return undefined;
  return stringifyEntityRef(
    parseEntityRef(owner, {
      defaultKind: 'group',
      defaultNamespace: 'default',
    }),
  );
}

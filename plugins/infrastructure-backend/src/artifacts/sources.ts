import type {
  DeploymentRegistry,
  NexusComponent,
  NexusSearch,
} from '@nante/plugin-infrastructure-node';
import { type InfrastructureConfig, connectionNamed } from '@nante/model';
import type { LinkedComponent } from '../deployments/ComponentLinks';
import { artifactName, isNamedAfter, searchName } from './naming';

/** A question to one Nexus that finds artifacts of a component. */
export interface ArtifactSource {
  connection: string;
  query: NexusSearch;
  /** An answer may hold more than was meant. */
  isMeant(component: NexusComponent): boolean;
}

/** Where the artifacts of a component are looked for: where its annotation says, otherwise everywhere by its name. */
export function artifactSources(
  component: LinkedComponent,
  registry: Pick<DeploymentRegistry, 'nexusNames'>,
  shared: InfrastructureConfig,
): { found: 'annotation' | 'convention'; sources: ArtifactSource[] } {
  const isSeen = (connection: string, repository: string) => {
    const { repositories = [] } =
      connectionNamed(shared, 'nexus', connection) ?? {};
    return repositories.length === 0 || repositories.includes(repository);
  };
  const exact = (
    connection: string,
    name: string,
    repository?: string,
  ): ArtifactSource => ({
    connection,
    query: { ...searchName(name), repository, sort: 'version' },
    isMeant: one =>
      artifactName(one).name === name.replace(/^\/+/, '') &&
      isSeen(connection, one.repository),
  });

  const annotated = component.artifacts.flatMap(text => {
    const [connection, repository, ...rest] = text.split('/');
    const name = rest.join('/');
    return name && registry.nexusNames.includes(connection)
      ? [exact(connection, name, repository)]
      : [];
  });
  const foreign = component.foreignArtifacts.flatMap(name =>
    registry.nexusNames.map(connection => exact(connection, name)),
  );
  if (component.artifacts.length || foreign.length) {
    return { found: 'annotation', sources: [...annotated, ...foreign] };
  }
  return {
    found: 'convention',
    sources: registry.nexusNames.map(connection => ({
      connection,
      // Nexus finds a word of a longer name as well, such as an image in a folder, and takes no wildcard at the begin.
      query: { name: component.name, sort: 'version' },
      isMeant: one =>
        isNamedAfter(artifactName(one).name, component.name) &&
        isSeen(connection, one.repository),
    })),
  };
}

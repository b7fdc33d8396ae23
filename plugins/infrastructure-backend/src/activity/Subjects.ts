import type { InfrastructureConfig } from '@nante/model';
import type {
  HostRecord,
  JoinedTarget,
  SpaceView,
} from '@nante/plugin-infrastructure-node';
import type {
  LinkedComponent,
  ProjectLink,
} from '../deployments/ComponentLinks';
import { ourEnvironment } from '../deployments/ourEnvironments';
import type { BoardProject } from '../deployments/SpaceReader';

/** What is known of hosts, components and spaces. */
interface Known {
  shared: InfrastructureConfig;
  hosts: HostRecord[];
  joined: JoinedTarget[];
  components: LinkedComponent[];
  spaces: SpaceView[];
  link: (connection: string, project: BoardProject) => ProjectLink | undefined;
}

/** Which entities things of runs and of Octopus are. */
export class Subjects {
  readonly #deps: Known;

  constructor(deps: Known) {
    this.#deps = deps;
  }

  /** Entity ref of a host of ours. */
  hostNamed(
    { app, environment }: { app: string; environment: string },
    name: string,
  ): string | undefined {
    return this.#deps.hosts.find(
      host =>
        host.name === name &&
        host.app === app &&
        host.environment === environment,
    )?.entityRef;
  }

  /** Entity ref of a component; the one in the default namespace, where there are several. */
  componentNamed(name: string): string | undefined {
    const all = this.#deps.components.filter(one => one.name === name);
    return (
      all.find(({ namespace }) => namespace === 'default')?.ref ?? all[0]?.ref
    );
  }

  /** What an id of Octopus is. */
  ofDocument(
    connection: string,
    id: string,
  ): { refs: string[]; app?: string; environment?: string } {
    const { joined, spaces, link, shared } = this.#deps;
    const entity = `resource:default/${connection}-${id.toLowerCase()}`;
    const board = spaces.find(({ name }) => name === connection)?.board;
    if (id.startsWith('Machines-')) {
      const host = joined.find(
        ({ target }) =>
          target.connection === connection && target.machineId === id,
      )?.host;
      return host
        ? {
            refs: [host.entityRef],
            app: host.app,
            environment: host.environment,
          }
        : { refs: [entity] };
    }
    if (id.startsWith('Projects-')) {
      const project = board?.dashboard.projects.find(one => one.id === id);
      const linked = project && link(connection, project);
      return linked
        ? { refs: [linked.componentRef], app: linked.name }
        : { refs: [] };
    }
    if (id.startsWith('Environments-')) {
      const found = board?.dashboard.environments.find(one => one.id === id);
      return {
        refs: [entity],
        environment:
          found && ourEnvironment(shared, connection, found.name)?.name,
      };
    }
    return { refs: [] };
  }

  /** Ids of Octopus that an entity stands for, by connection: what it is asked for when one entity is looked at. */
  documentsOf(entityRef: string, connection: string): string[] {
    const { joined, spaces, link } = this.#deps;
    const machines = joined
      .filter(
        ({ target, host }) =>
          target.connection === connection && host?.entityRef === entityRef,
      )
      .map(({ target }) => target.machineId);
    const board = spaces.find(({ name }) => name === connection)?.board;
    const projects = (board?.dashboard.projects ?? [])
      .filter(project => link(connection, project)?.componentRef === entityRef)
      .map(({ id }) => id);
    const own = [
      ...(board?.dashboard.environments ?? []),
      ...(spaces.find(({ name }) => name === connection)?.machines ?? []),
    ]
      .map(({ id }) => id)
      .filter(
        id =>
          `resource:default/${connection}-${id.toLowerCase()}` === entityRef,
      );
    return [...machines, ...projects, ...own];
  }
}

import type { AuthService } from '@backstage/backend-plugin-api';
import {
  type Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  type ComponentAnnotations,
  COMPONENT_ANNOTATIONS,
  readComponentAnnotations,
} from '@nante/plugin-infrastructure-common';
import { Refreshed, type SpaceView } from '@nante/plugin-infrastructure-node';

/** How long the catalog's answer serves, in milliseconds. */
const FRESH_FOR = 30_000;
const READ_DEADLINE = 20_000;

/** A component of the catalog, as much of it as links need. */
export interface LinkedComponent extends ComponentAnnotations {
  ref: string;
  name: string;
  namespace: string;
  /** Entity ref. */
  owner?: string;
}

/** Component and owner of a project. */
export interface ProjectLink {
  componentRef: string;
  /** Name of the component. */
  name: string;
  /** Absent where several components with different owners claim the project: it then belongs to nobody. */
  owner?: string;
}

type Project = { id: string; name: string; slug: string };

/**
 * Which component a project belongs to, and so who owns it: by annotation, otherwise by the convention that a project's slug is
 * the component's name. The catalog is asked for a few fields, page by page, and at most every half minute.
 */
export class ComponentLinks {
  readonly #components: Refreshed<LinkedComponent[]>;

  constructor(deps: {
    catalog: CatalogService;
    auth: AuthService;
    now?: () => number;
  }) {
    this.#components = new Refreshed({
      now: deps.now ?? Date.now,
      deadlineMs: READ_DEADLINE,
      fetch: () => readComponents(deps),
    });
  }

  /** All components, renewed when older than half a minute; those of the last good answer while the catalog fails. */
  async components(): Promise<LinkedComponent[]> {
    return (await this.#components.read(FRESH_FOR)) ?? [];
  }

  /** @returns function that answers the link of a project */
  async linker(
    spaces: SpaceView[],
  ): Promise<
    (connection: string, project: Project) => ProjectLink | undefined
  > {
    const components = await this.components();
    const explicit = new Map<string, LinkedComponent[]>();
    for (const component of components) {
      for (const key of keysOf(component, spaces)) {
        explicit.set(key, [...(explicit.get(key) ?? []), component]);
      }
    }
    const named = new Map<string, LinkedComponent[]>();
    for (const component of components) {
      // Who says where a component's project is doesn't mean another one of its name.
      if (component.project || component.foreignProject) continue;
      named.set(component.name, [
        ...(named.get(component.name) ?? []),
        component,
      ]);
    }
    return (connection, project) => {
      const claims =
        [project.id, project.slug, project.name]
          .map(key => explicit.get(`${connection}/${key}`))
          .find(found => found !== undefined) ?? named.get(project.slug);
      return claims && toLink(claims);
    };
  }

  /** Project of a component; undefined where there is none, or more than one of its slug in different spaces. */
  async projectOf(
    component: LinkedComponent,
    spaces: SpaceView[],
  ): Promise<(Project & { connection: string }) | undefined> {
    const link = await this.linker(spaces);
    const found = spaces.flatMap(({ name, board }) =>
      (board?.dashboard.projects ?? [])
        .filter(project => {
          const claimed = link(name, project);
          return (
            claimed?.componentRef === component.ref ||
            // Several components may share one project.
            keysOf(component, spaces).some(key =>
              [project.id, project.slug, project.name]
                .map(own => `${name}/${own}`)
                .includes(key),
            )
          );
        })
        .map(project => ({ ...project, connection: name })),
    );
    return found[0];
  }
}

function keysOf(component: LinkedComponent, spaces: SpaceView[]): string[] {
  if (component.project) return [component.project];
  if (!component.foreignProject) return [];
  // Without a connection it means something only where one space has it.
  const id = component.foreignProject;
  const holders = spaces.filter(({ board }) =>
    board?.dashboard.projects.some(project => project.id === id),
  );
  return holders.length === 1 ? [`${holders[0].name}/${id}`] : [];
}

function toLink(claims: LinkedComponent[]): ProjectLink {
  const [first] = claims;
  const isClear = claims.every(({ owner }) => owner === first.owner);
  return {
    componentRef: first.ref,
    name: first.name,
    owner: isClear ? first.owner : undefined,
  };
}

async function readComponents({
  catalog,
  auth,
}: {
  catalog: CatalogService;
  auth: AuthService;
}): Promise<LinkedComponent[]> {
  const credentials = await auth.getOwnServiceCredentials();
  const found: LinkedComponent[] = [];
  const pages = catalog.streamEntities(
    {
      filter: { kind: 'Component' },
      fields: [
        'kind',
        'metadata.name',
        'metadata.namespace',
        ...COMPONENT_ANNOTATIONS.map(name => `metadata.annotations.${name}`),
        'spec.owner',
      ],
    },
    { credentials },
  );
  for await (const page of pages) found.push(...page.map(toComponent));
  // The same order every time: the first of several that claim a project is shown.
  return found.sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

function toComponent(entity: Entity): LinkedComponent {
  const { annotations, name, namespace = 'default' } = entity.metadata;
  const owner = entity.spec?.owner;
  return {
    ref: stringifyEntityRef(entity),
    ...{ name, namespace },
    owner:
      typeof owner === 'string' && owner
        ? stringifyEntityRef(
            parseEntityRef(owner, {
              defaultKind: 'group',
              defaultNamespace: namespace,
            }),
          )
        : undefined,
    ...readComponentAnnotations(annotations),
  };
}

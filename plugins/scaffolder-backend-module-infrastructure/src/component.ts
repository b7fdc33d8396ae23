import {
  type Entity,
  getCompoundEntityRef,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import {
  type ComponentAnnotations,
  readComponentAnnotations,
} from '@nante/plugin-infrastructure-common';
import type { ActionDeps } from './deps';

/** What the catalog says of an app. Plain JSON: it is kept in a checkpoint. */
export type AppComponent = {
  name: string;
  /** Undefined where the catalog has no such component, or nobody owns it. */
  owner?: string;
  /** The catalog knows nothing of that name: the owner is the group that asks for the app. */
  isNew?: boolean;
  /** Its project by annotation; the connection may be left open. */
  project?: { connection?: string; name: string };
  /** Its artifacts by annotation; what is left open may be anything. */
  artifacts: { repository?: string; name: string }[];
  /** `owner/name` of its repository, by annotation. */
  repository?: string;
};

type ComponentDeps = Pick<ActionDeps, 'auth' | 'catalog'>;

/**
 * The component, or system, of an app, as whoever started the task sees it; asked once for a task. A dry run asks no system.
 *
 * @param key - begin of the checkpoint's name
 * @param newOwner - group that asks for an app that the catalog does not have yet; it then counts as its owner
 */
export async function keptComponent(
  ctx: Pick<
    ActionContext<any, any, any>,
    'checkpoint' | 'getInitiatorCredentials' | 'isDryRun'
  >,
  deps: ComponentDeps,
  key: string,
  app: string,
  newOwner?: string,
): Promise<AppComponent> {
  if (ctx.isDryRun) return { name: app, artifacts: [] };
  return ctx.checkpoint({
    key: `${key}.component.${app}`,
    fn: async () =>
      readComponent(deps, app, await ctx.getInitiatorCredentials(), newOwner),
  });
}

async function readComponent(
  deps: ComponentDeps,
  app: string,
  credentials: BackstageCredentials,
  newOwner?: string,
): Promise<AppComponent> {
  const entity = await findEntity(deps, app, credentials);
  if (entity) return toComponent(entity);
  const unknown = { name: app, artifacts: [] };
  if (newOwner === undefined) return unknown;
  // What the person may not see is somebody's all the same.
  const isTaken = await findEntity(
    deps,
    app,
    await deps.auth.getOwnServiceCredentials(),
  );
  return isTaken ? unknown : { ...unknown, owner: newOwner, isNew: true };
}

async function findEntity(
  { catalog }: ComponentDeps,
  app: string,
  credentials: BackstageCredentials,
): Promise<Entity | undefined> {
  const { items } = await catalog.getEntitiesByRefs(
    {
      entityRefs: ['component', 'system'].map(kind => `${kind}:default/${app}`),
    },
    { credentials },
  );
  return items.find(item => item !== undefined);
}

function toComponent(entity: Entity): AppComponent {
  const { annotations, name } = entity.metadata;
  const owner = ownerOf(entity);
  const said = readComponentAnnotations(annotations);
  const project = projectOf(said);
  return {
    name,
    ...(owner && { owner }),
    ...(project && { project }),
    artifacts: artifactsOf(said),
    ...(said.repository && { repository: said.repository }),
  };
}

function ownerOf(entity: Entity): string | undefined {
  const { owner } = entity.spec ?? {};
  if (typeof owner !== 'string' || !owner) return undefined;
  const { namespace } = getCompoundEntityRef(entity);
  return stringifyEntityRef(
    parseEntityRef(owner, {
      defaultKind: 'group',
      defaultNamespace: namespace,
    }),
  );
}

function projectOf({
  project,
  foreignProject,
}: ComponentAnnotations): AppComponent['project'] {
  const [connection, ...rest] = project?.split('/') ?? [];
  if (rest.length) return { connection, name: rest.join('/') };
  return foreignProject ? { name: foreignProject } : undefined;
}

function artifactsOf({
  artifacts,
  foreignArtifacts,
}: ComponentAnnotations): AppComponent['artifacts'] {
  const own = artifacts.flatMap(item => {
    const [, repository, ...rest] = item.split('/');
    return rest.length ? [{ repository, name: rest.join('/') }] : [];
  });
  return [...own, ...foreignArtifacts.map(name => ({ name }))];
}

/** Which project an action is about, and whether that is the component's own. */
export function chooseProject(
  component: AppComponent,
  given: { project?: string; connection?: string },
): { project?: string; connection?: string; isOwn: boolean } {
  const own = component.project;
  // Forms leave an empty text where nothing was typed.
  const connection = given.connection || own?.connection;
  const project = given.project || own?.name;
  const isSameServer =
    own?.connection === undefined || connection === own.connection;
  // Without an annotation it is the project with the component's name.
  return {
    project,
    connection,
    isOwn:
      isSameServer &&
      [own?.name ?? component.name, undefined].includes(project),
  };
}

/**
 * Whether an artifact is the component's: it stands in the annotation, or the last part of its name is the component's. A
 * raw file lies in the component's folder.
 *
 * @param artifact - `name` as the annotation writes it: `group:artifact`, an image, a chart, a package, a path
 */
export function isOwnArtifact(
  component: AppComponent,
  artifact: { repository: string; format: string; name: string },
): boolean {
  const { repository, format, name } = artifact;
  const isNamed = component.artifacts.some(
    one =>
      one.name === name &&
      (one.repository === undefined || one.repository === repository),
  );
  const parts = name.split(/[/:]/);
  const own = format === 'raw' ? parts[0] : parts[parts.length - 1];
  return isNamed || own === component.name;
}

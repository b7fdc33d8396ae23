import type { AuthService } from '@backstage/backend-plugin-api';
import {
  type Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { dnsLabelHint, dnsLabelPattern } from '@nante/model';
import {
  type AppNameResponse,
  repositoryCreatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  type Engine,
  type InfrastructureSettings,
  githubFor,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import type { Access, Person } from './access';

interface Deps {
  access: Access;
  auth: AuthService;
  catalog: CatalogService;
  engine: Pick<Engine, 'github' | 'managedRepositories'>;
  settings: InfrastructureSettings;
}

/** Milliseconds that GitHub gets: somebody is typing. */
const PATIENCE_MS = 5_000;

/** Whether a new application may be called so, while its name is typed. */
export function addAppNameRoutes(router: Router, deps: Deps): void {
  router.get('/app-names/:name', async (req, res) => {
    const person = await deps.access.require(req, repositoryCreatePermission);
    const { name } = req.params;
    if (!dnsLabelPattern.test(name))
      throw new InputError(`${name} is no name for an app: ${dnsLabelHint}`);
    const unasked: AppNameResponse['unasked'] = [];
    const [entity, repository] = await Promise.all([
      findEntity(deps, name).catch(() => void unasked.push('catalog')),
      findRepository(deps, name).catch(() => void unasked.push('github')),
    ]);
    res.json({ ...judge(person, entity, repository), unasked });
  });
}

function judge(
  person: Person,
  entity: Entity | void,
  repository: { url: string; isOurs: boolean } | void,
): Pick<AppNameResponse, 'state' | 'by'> {
  if (entity) {
    const owner = ownerOf(entity);
    const isOwn =
      owner !== undefined && (person.operator || person.claims.includes(owner));
    const kind = entity.kind.toLowerCase() as 'component' | 'system';
    return { state: isOwn ? 'own' : 'taken', by: { kind, owner } };
  }
  if (!repository) return { state: 'free' };
  const { url, isOurs } = repository;
  return { state: isOurs ? 'own' : 'taken', by: { kind: 'repository', url } };
}

/** Asked as the portal: what the person may not see has the name all the same. */
async function findEntity(
  { auth, catalog }: Deps,
  name: string,
): Promise<Entity | undefined> {
  const { items } = await catalog.getEntitiesByRefs(
    {
      entityRefs: ['component', 'system'].map(
        kind => `${kind}:default/${name}`,
      ),
    },
    { credentials: await auth.getOwnServiceCredentials() },
  );
  return items.find(item => item !== undefined);
}

function ownerOf({ spec }: Entity): string | undefined {
  const owner = spec?.owner;
  if (typeof owner !== 'string' || !owner) return undefined;
  return stringifyEntityRef(
    parseEntityRef(owner, {
      ...{ defaultKind: 'group', defaultNamespace: 'default' },
    }),
  );
}

async function findRepository(
  { engine, settings }: Deps,
  name: string,
): Promise<{ url: string; isOurs: boolean } | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const github = githubFor(settings.shared, {}, { change: false });
  const { organization: owner } = github.connection;
  const api = await engine.github(github.name);
  const found = await api.repository({ owner, name }, { signal });
  if (!found) return undefined;
  const ours = await engine.managedRepositories({ signal });
  const isOurs = ours.some(
    one =>
      one.connection === github.name &&
      one.app === name &&
      one.repositoryId === String(found.id),
  );
  return { url: found.url, isOurs };
}

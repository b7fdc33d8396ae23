import type { Entity } from '@backstage/catalog-model';
import { RepositoryGuard } from './RepositoryGuard';

const target = 'https://github.test/acme/orders/blob/main/catalog-info.yaml';
const guard = new RepositoryGuard({
  engine: {
    github: async () => ({ webUrl: 'https://github.test' }) as never,
    managedRepositories: async () => [
      {
        ...{ app: 'orders', connection: 'github', repositoryId: '7' },
        ...{ repository: 'acme/orders', runId: 'run-1' },
      },
    ],
    getRun: async () => ({ owner: 'group:default/shop' }) as never,
  },
});
const look = (entity: object, origin = { type: 'url', target }) =>
  guard.preProcessEntity(entity as Entity, origin, () => {}, origin);

const orders = (changes: {
  kind?: string;
  metadata?: object;
  annotations?: Record<string, string>;
  spec?: object;
}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: changes.kind ?? 'Component',
  metadata: {
    name: 'orders',
    annotations: {
      'github.com/project-slug': 'acme/orders',
      'nante.dev/octopus-project': 'octopus/orders',
      'nante.dev/artifacts':
        'nexus/maven-releases/com.example:orders, nexus/docker-hosted/orders-web',
      ...changes.annotations,
    },
    ...changes.metadata,
  },
  spec: { type: 'service', owner: 'shop', ...changes.spec },
});

describe('the catalog file of a repository that we made', () => {
  it('is taken where it speaks of its own app', async () => {
    const entity = orders({});
    expect(await look(entity)).toBe(entity);
    await look(orders({ kind: 'API', metadata: { name: 'orders-api' } }));
    // The catalog's own note of where it reads.
    await look({ kind: 'Location', metadata: {}, spec: { target } });
  });

  it.each([
    ['a person', { kind: 'User' }, 'a User cannot stand there'],
    ['a group', { kind: 'Group' }, 'a Group cannot stand there'],
    [
      'another place to read from',
      { kind: 'Location', spec: { target: 'https://evil.test/x' } },
      'a Location cannot stand there',
    ],
    [
      'several places',
      { kind: 'Location', spec: { target, targets: ['./x.yaml'] } },
      'a Location cannot stand there',
    ],
    ['another app', { metadata: { name: 'billing' } }, 'billing is neither'],
    [
      'another namespace',
      { metadata: { namespace: 'other' } },
      'orders is neither',
    ],
    [
      'another owner',
      { spec: { owner: 'billing' } },
      'names group:default/billing as its owner, and was made for',
    ],
    [
      'another one’s project',
      { annotations: { 'nante.dev/octopus-project': 'octopus/Billing' } },
      'names Billing as its own',
    ],
    [
      'a project by its id',
      { annotations: { 'octopus.com/project-id': 'Projects-1' } },
      'names Projects-1 as its own',
    ],
    [
      'another one’s artifacts',
      {
        annotations: {
          'nante.dev/artifacts': 'nexus/maven-releases/x:billing',
        },
      },
      'names billing as its own',
    ],
    [
      'another repository',
      { annotations: { 'github.com/project-slug': 'acme/billing' } },
      'names the repository acme/billing',
    ],
  ])('is refused where it speaks of %s', async (_, changes, said) => {
    await expect(look(orders(changes))).rejects.toThrow(said);
  });

  it('is nobody’s business where an operator registered it from elsewhere', async () => {
    const group = orders({ kind: 'Group' });
    for (const origin of [
      { type: 'url', target: 'https://github.test/acme/ordersnot/x.yaml' },
      { type: 'file', target: '/etc/company.yaml' },
    ])
      expect(await look(group, origin)).toBe(group);
  });
});

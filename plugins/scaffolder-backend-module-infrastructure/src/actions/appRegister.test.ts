import { ConflictError } from '@backstage/errors';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { infrastructureConfigSchema } from '@nante/model';
import { fakeConfig } from '@nante/plugin-infrastructure-node/testUtils';
import {
  runAction,
  runExamples,
  situation,
  type Situation,
} from '../__testUtils__/actions';
import { createAppRegisterAction } from './appRegister';
import { examples } from './appRegister.examples';

const config = infrastructureConfigSchema.parse({
  ...fakeConfig,
  connections: {
    ...fakeConfig.connections,
    github: { type: 'github', organization: 'acme' },
  },
});
const target = 'https://github.test/acme/orders/blob/main/catalog-info.yaml';
const orders: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders' },
  spec: { owner: 'group:default/shop' },
};
const may = ['infrastructure.repository.create'];
const engine: Situation['engine'] = {
  config: async () => config,
  github: async () => ({ webUrl: 'https://github.test' }) as never,
  managedRepositories: async () => [
    {
      ...{ app: 'orders', connection: 'github', repositoryId: '7' },
      ...{ repository: 'acme/orders', runId: 'run-1' },
    },
  ],
};
const input = {
  app: 'orders',
  owner: 'group:default/shop',
  repository: 'orders',
};

/** A catalog that has the app as soon as it was told of the file. */
function given(options: Situation = {}, refusal?: Error) {
  const made = situation({ may, engine, entities: [], ...options });
  const added: unknown[] = [];
  let { catalog } = made.deps;
  made.deps.catalog = Object.assign(catalogServiceMock({}), {
    getEntitiesByRefs: catalog.getEntitiesByRefs.bind(catalog),
    getEntityByRef: async () => (added.length ? orders : undefined),
    addLocation: async (location: unknown, { credentials }: any) => {
      added.push([location, credentials.principal.type]);
      if (refusal) throw refusal;
    },
  } as never);
  catalog = made.deps.catalog;
  return { ...made, added };
}

describe('infrastructure:app:register', () => {
  it('enters what its examples say, as the portal itself', async () => {
    for (const refusal of [undefined, new ConflictError('there already')]) {
      const { deps, added } = given({}, refusal);
      const { outputs } = await runAction(createAppRegisterAction(deps), input);
      expect(added).toEqual([[{ type: 'url', target }, 'service']]);
      expect(outputs).toEqual({
        ...{ entityRef: 'component:default/orders', catalogInfoUrl: target },
      });
    }
    const [{ outputs }] = await runExamples(
      deps => createAppRegisterAction({ ...given().deps, runner: deps.runner }),
      examples,
      { may, engine },
    );
    expect(outputs.catalogInfoUrl).toBe(target);
  });

  it('vouches for no repository that was not made here for the app, and not for other groups', async () => {
    const { deps, added } = given();
    const act = (changes: object) =>
      runAction(createAppRegisterAction(deps), { ...input, ...changes });
    await expect(act({ repository: 'evil/orders' })).rejects.toThrow(
      'evil/orders was not made here for orders',
    );
    await expect(act({ app: 'other' })).rejects.toThrow(
      'acme/orders was not made here for other',
    );
    await expect(act({ owner: 'group:default/billing' })).rejects.toThrow(
      'Only group:default/billing and operators may enter orders',
    );
    expect(added).toEqual([]);
  });

  it('does not fail where the catalog takes its time, and says so', async () => {
    const { deps } = given();
    Object.assign(deps.catalog, { getEntityByRef: async () => undefined });
    const { logged } = await runAction(
      createAppRegisterAction(deps, { totalMs: 5, everyMs: 1 }),
      input,
    );
    expect(logged.at(-1)).toContain('has not taken component:default/orders');
  });
});

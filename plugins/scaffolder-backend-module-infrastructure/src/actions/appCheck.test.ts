import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { infrastructureConfigSchema } from '@nante/model';
import { fakeConfig } from '@nante/plugin-infrastructure-node/testUtils';
import {
  runAction,
  runExamples,
  shop,
  situation,
  type Situation,
} from '../__testUtils__/actions';
import { createAppCheckAction } from './appCheck';
import { examples } from './appCheck.examples';
import { createProjectAction } from './projectCreate';

const may = [
  'infrastructure.repository.create',
  'infrastructure.host.create',
  'infrastructure.release.create',
];
const workflows = {
  repository: 'acme/nante',
  commit: '0123456789'.repeat(4),
  version: 'v1.0.0',
};
const { connections, environments } = fakeConfig;
const config = (github: object = { workflows }) =>
  infrastructureConfigSchema.parse({
    ...fakeConfig,
    connections: {
      ...connections,
      octopus: { type: 'octopus' },
      nexus: { type: 'nexus' },
      github: { type: 'github', organization: 'acme', ...github },
    },
    environments: {
      dev: {
        ...{ ...environments.dev, octopus: 'octopus' },
        octopusEnvironment: 'Development',
      },
      prod: { ...environments.prod, octopus: 'octopus', worker: 'workflow' },
      lab: environments.dev,
    },
  });
const hosted = (name: string, format: string) => ({
  ...{ name, format, type: 'hosted' },
});

/** Development has to be done before production. */
const lifecycle = {
  ...{ id: 'Lifecycles-1', name: 'Default Lifecycle' },
  phases: [1, 2].map(number => ({
    name: `Phase ${number}`,
    automatic: [],
    optional: [`Environments-${number}`],
    minimum: 0,
    isOptional: false,
  })),
};

/** A site where all is there that an app needs, changed as a test says. */
function site(
  change: {
    config?: object;
    nexus?: object[];
    feeds?: object[];
    repository?: { id: number; url: string };
    managed?: object[];
    project?: object;
  } = {},
): Situation['engine'] {
  return {
    config: async () => (change.config ?? config()) as never,
    github: async () =>
      ({ repository: async () => change.repository }) as never,
    managedRepositories: async () => (change.managed ?? []) as never,
    nexus: async () =>
      ({
        repositories: async () =>
          change.nexus ?? [
            hosted('maven-releases', 'maven2'),
            hosted('images', 'docker'),
          ],
      }) as never,
    octopus: async () =>
      ({
        findProject: async () => change.project,
        lifecycles: async () => [lifecycle],
        environments: async () => [
          { id: 'Environments-1', name: 'Development' },
          { id: 'Environments-2', name: 'prod' },
        ],
        feeds: async () =>
          change.feeds ?? [
            { name: 'Central', type: 'Maven', url: 'https://repo.example/m2' },
            {
              ...{ name: 'Ours', type: 'Maven' },
              url: 'https://nexus.example/repository/maven-releases/',
            },
          ],
      }) as never,
  };
}

const input = {
  app: 'orders',
  owner: 'group:default/shop',
  environment: 'dev',
  publishes: ['maven2'],
  byOctopus: true,
  makesHost: true,
};
const check = (given: Situation, changes: object = {}) =>
  runAction(createAppCheckAction(situation({ may, ...given }).deps), {
    ...input,
    ...changes,
  });

describe('infrastructure:app:check', () => {
  it('answers what its examples ask for', async () => {
    const [orders, pipeline] = await runExamples(
      createAppCheckAction,
      examples,
      { may, engine: site() },
    );
    expect(orders.outputs).toEqual({
      ...{ name: 'orders', owner: 'group:default/shop', team: 'shop' },
      description: 'Takes orders.',
      descriptionMarkdown: 'Takes orders\\.',
      ...{ connection: 'github', organization: 'acme' },
      ...{ workflows: 'acme/nante', version: 'v1.0.0' },
      commit: workflows.commit,
      runnerLabels: '["self-hosted","linux"]',
      // Octopus does not deploy to the lab.
      environments: ['dev', 'prod'],
      worker: 'portal',
      ...{ nexus: 'nexus', mavenRepository: 'maven-releases', feed: 'Ours' },
      ...{ octopus: 'octopus', octopusEnvironment: 'Development' },
    });
    expect(pipeline.outputs).toMatchObject({
      ...{ name: 'shop', owner: 'group:default/shop' },
      dockerRepository: 'images',
      environments: ['dev', 'prod', 'lab'],
    });
  });

  it('keeps what somebody wrote as text', async () => {
    const description = '${{ secrets.X }} <b>$(id)</b>\n# `x` [y](z)';
    const { outputs } = await check({ engine: site() }, { description });
    expect(outputs.description).toBe(
      '${{ secrets.X }} <b>$(id)</b> # `x` [y](z)',
    );
    expect(outputs.descriptionMarkdown).toBe(
      '\\$\\{\\{ secrets\\.X \\}\\} \\<b\\>\\$\\(id\\)\\<\\/b\\> \\# \\`x\\` \\[y\\]\\(z\\)',
    );
    await expect(
      check({ engine: site() }, { app: '${{ parameters.name }}' }),
    ).rejects.toThrow('The input app still holds the expression');
  });

  it('says everything that is missing at once, before anything is made', async () => {
    const missing = site({
      ...{ config: config({}), nexus: [hosted('images', 'docker')] },
      ...{ feeds: [], repository: { id: 7, url: 'https://github.test/x' } },
    });
    const act = () => check({ engine: missing });
    await expect(act).rejects.toThrow(/^orders cannot be made\. /);
    await expect(act).rejects.toThrow(
      'The connection github does not say which release of the workflows new repositories call.',
    );
    await expect(act).rejects.toThrow(
      'Nexus has no hosted repository of the format maven2. An operator makes it: nante repository create --name maven-releases --format maven2.',
    );
    await expect(act).rejects.toThrow(/Nothing was changed\.$/);
    await expect(check({ engine: site({ feeds: [] }) })).rejects.toThrow(
      'Octopus has no Maven feed of the repository maven-rel',
    );
    await expect(
      check({ engine: site() }, { onCluster: true }),
    ).rejects.toThrow('There is no Kubernetes connection. Add a connection');
    await expect(
      check({ engine: site() }, { environment: 'moon' }),
    ).rejects.toThrow('There is no environment moon. Choose one of dev, prod');
    await expect(
      check({ engine: site() }, { environment: 'prod', size: 'custom' }),
    ).rejects.toThrow(
      'Hosts in prod are made by workflows, which take sizes by their name: choose one of large.',
    );
    await expect(
      check({ engine: site() }, { environment: 'prod' }),
    ).rejects.toThrow('The first version cannot go to prod: ');
    const again = await check(
      { engine: site({ project: {} }) },
      { environment: 'prod' },
    );
    expect(again.outputs.worker).toBe('workflow');
    await expect(
      check({ engine: site() }, { environment: 'lab' }),
    ).rejects.toThrow('Nothing is deployed to lab by Octopus.');
  });

  it('refuses a repository that somebody else made, and goes on with one of ours', async () => {
    const repository = { id: 7, url: 'https://github.test/acme/orders' };
    await expect(check({ engine: site({ repository }) })).rejects.toThrow(
      'acme has a repository orders already, which was not made here. Choose another name',
    );
    const ours = {
      ...{ connection: 'github', app: 'orders', repositoryId: '7' },
      runId: 'run-1',
    };
    const { outputs } = await check({
      engine: site({ repository, managed: [ours] }),
    });
    expect(outputs.name).toBe('orders');
    const getRun = async () => ({ owner: 'group:default/billing' }) as never;
    await expect(
      check({ engine: { ...site({ repository, managed: [ours] }), getRun } }),
    ).rejects.toThrow('The repository orders was made for group:default/bill');
    await expect(
      check({
        engine: site({ repository, managed: [{ ...ours, app: 'other' }] }),
      }),
    ).rejects.toThrow('which was not made here');
  });

  it.each(['Orders', 'a'.repeat(39), '-x', 'x y', '../x'])(
    'refuses the name %s',
    async app => {
      await expect(check({ engine: site() }, { app })).rejects.toThrow(
        /^app: /,
      );
    },
  );
});

describe('an app that the catalog does not have yet', () => {
  const billing: Entity = {
    ...shop,
    metadata: { name: 'billing' },
    spec: { owner: 'group:default/billing' },
  };

  it('may be asked for by whoever is in the group that it is to belong to', async () => {
    const engine = site();
    const { outputs } = await check({ engine });
    expect(outputs.owner).toBe('group:default/shop');
    await expect(
      check({ engine, groups: ['group:default/billing'] }),
    ).rejects.toThrow(
      'Only group:default/shop and operators may make the repo',
    );
    await expect(check({ engine, may: [] })).rejects.toThrow(
      'You lack the permission infrastructure.repository.create',
    );
    await expect(
      check({ engine }, { owner: 'user:default/ada' }),
    ).rejects.toThrow('owner: user:default/ada is no group');
    await expect(check({ engine }, { owner: undefined })).rejects.toThrow(
      'The catalog has no component orders with an owner',
    );
  });

  it('gets its project in Octopus the same way', async () => {
    const project = { slug: 'orders', url: 'https://octopus.test' };
    const runner = { createProject: async () => ({ project }) as never };
    const make = (given: Situation, changes = {}) =>
      runAction(
        createProjectAction(situation({ may, runner, ...given }).deps),
        {
          ...{ app: 'orders', owner: 'group:default/shop', ...changes },
        },
      );
    expect((await make({})).outputs.slug).toBe('orders');
    await expect(make({ groups: ['group:default/billing'] })).rejects.toThrow(
      'Only group:default/shop and operators may make the project orders',
    );
    await expect(make({}, { owner: undefined })).rejects.toThrow(
      'The catalog has no component orders with an owner',
    );
    // Another one's project stays out of reach.
    await expect(make({}, { project: 'billing' })).rejects.toThrow(
      'Only operators may make the project billing for orders',
    );
  });

  it('stays that of the group that the catalog says, whatever a form names', async () => {
    const engine = site();
    await expect(
      check({ engine, entities: [billing] }, { app: 'billing' }),
    ).rejects.toThrow('Only group:default/billing and operators may make');
    await expect(
      check(
        {
          ...{ engine, entities: [billing] },
          groups: ['group:default/shop', 'group:default/billing'],
        },
        { app: 'billing' },
      ),
    ).rejects.toThrow(
      'billing is there already, and group:default/billing answers for it.',
    );
  });

  it('is not free where the person may not see what has its name', async () => {
    const { deps } = situation({ may, engine: site() });
    const catalog = catalogServiceMock({ entities: [billing] });
    const seen = catalog.getEntitiesByRefs.bind(catalog);
    deps.catalog = Object.assign(catalogServiceMock({}), {
      getEntitiesByRefs: (async (query, options) => {
        const { credentials } = options as {
          credentials: { principal?: { type?: string } };
        };
        return credentials.principal?.type === 'user'
          ? { items: query.entityRefs.map(() => undefined) }
          : seen(query, options);
      }) as typeof seen,
    });
    await expect(
      runAction(createAppCheckAction(deps), { ...input, app: 'billing' }),
    ).rejects.toThrow('The catalog has no component billing with an owner');
  });
});

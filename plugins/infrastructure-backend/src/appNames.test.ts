import { infrastructureConfigSchema } from '@nante/model';
import { fakeConfig } from '@nante/plugin-infrastructure-node/testUtils';
import { company, component } from './__testUtils__/company';
import { type Options, start } from './__testUtils__/start';

const config = infrastructureConfigSchema.parse({
  ...fakeConfig,
  connections: {
    ...fakeConfig.connections,
    github: { type: 'github', organization: 'acme' },
  },
});
const url = 'https://github.test/acme/legacy';

async function ask(name: string, options: Options = {}) {
  const backend = await start({
    config,
    member: true,
    entities: [...company, component('odd', '')],
    ...options,
    engine: {
      github: async () =>
        ({
          repository: async ({ owner, name: asked }: Record<string, string>) =>
            owner === 'acme' && ['legacy', 'begun'].includes(asked)
              ? { id: 7, url }
              : undefined,
        }) as never,
      managedRepositories: async () => [
        {
          ...{ app: 'begun', connection: 'github', repositoryId: '7' },
          ...{ repository: 'acme/begun', runId: 'run-1' },
        },
      ],
      ...options.engine,
    },
  });
  return backend.get(`/app-names/${name}`);
}

describe('the name of a new application', () => {
  it.each([
    ['orders', { state: 'free' }],
    [
      'shop',
      { state: 'own', by: { kind: 'component', owner: 'group:default/shop' } },
    ],
    [
      'billing',
      {
        ...{ state: 'taken' },
        by: { kind: 'component', owner: 'group:default/billing' },
      },
    ],
    ['odd', { state: 'taken', by: { kind: 'component' } }],
    ['legacy', { state: 'taken', by: { kind: 'repository', url } }],
    ['begun', { state: 'own', by: { kind: 'repository', url } }],
  ])('%s is judged by catalog and organization', async (name, answer) => {
    expect((await ask(name)).body).toEqual({ ...answer, unasked: [] });
  });

  it('is judged as far as that goes where GitHub does not answer, or is not connected', async () => {
    const github = async () => {
      throw new Error('no answer');
    };
    const unasked = ['github'];
    for (const options of [{ engine: { github } }, { config: fakeConfig }]) {
      expect((await ask('legacy', options)).body).toEqual({
        ...{ state: 'free', unasked },
      });
      expect((await ask('billing', options)).body).toMatchObject({
        ...{ state: 'taken', unasked },
      });
    }
  });

  it('is an operator’s to go on with, whoever it belongs to', async () => {
    expect((await ask('billing', { member: false })).body.state).toBe('own');
  });

  it('has to be one that a host can bear', async () => {
    expect((await ask('Not%20one')).status).toBe(400);
  });
});

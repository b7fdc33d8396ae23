import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import authPlugin from '@backstage/plugin-auth-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import request from 'supertest';
import sandboxSignIn from './sandboxSignIn';

const ada = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'ada', namespace: 'default' },
  spec: { memberOf: ['shop'] },
  relations: [{ type: 'memberOf', targetRef: 'group:default/shop' }],
};

const sandbox = { endpointsFile: 'endpoints.json' };

async function start(infrastructure: object, sandboxProvider?: object) {
  const { server } = await startTestBackend({
    features: [
      authPlugin,
      sandboxSignIn,
      catalogServiceMock.factory({ entities: [ada] }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'http://localhost:3000' },
          backend: { baseUrl: 'http://localhost:7007' },
          auth: {
            session: { secret: 'test' },
            providers: sandboxProvider ? { sandbox: sandboxProvider } : {},
          },
          infrastructure,
        },
      }),
    ],
  });
  return (person: string) =>
    request(server)
      .get(`/api/auth/sandbox/refresh?person=${person}`)
      .set('X-Requested-With', 'XMLHttpRequest');
}

describe('sign-in of the sandbox', () => {
  const environment = process.env.NODE_ENV;
  afterEach(() => {
    Object.assign(process.env, { NODE_ENV: environment });
  });

  it('takes the seeded people by name, and nobody else', async () => {
    const signIn = await start({ sandbox }, {});
    const answer = await signIn('ada');
    expect(answer.status).toBe(200);
    expect(answer.body.backstageIdentity.identity).toMatchObject({
      userEntityRef: 'user:default/ada',
      ownershipEntityRefs: ['user:default/ada', 'group:default/shop'],
    });

    const unknown = await signIn('eve');
    expect(unknown.status).toBeGreaterThanOrEqual(400);
    expect(unknown.body.backstageIdentity).toBeUndefined();
    for (const strange of ['', '..%2Fada', 'ada&person=eve', 'ADA']) {
      const refused = await signIn(strange);
      expect(refused.status).toBe(400);
      expect(refused.body.error.message).toContain('seeded people');
    }
  });

  it('is not there unless the configuration names it', async () => {
    const signIn = await start({ sandbox });
    expect((await signIn('ada')).status).toBe(404);
  });

  it('stops a portal that is no sandbox, or is in production', async () => {
    await expect(start({}, {})).rejects.toThrow(
      'belongs to the sandbox alone: remove it',
    );
    Object.assign(process.env, { NODE_ENV: 'production' });
    await expect(start({ sandbox }, {})).rejects.toThrow(
      'belongs to the sandbox alone: remove it',
    );
  });
});

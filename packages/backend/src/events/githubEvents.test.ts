import { createHmac } from 'node:crypto';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import eventsPlugin from '@backstage/plugin-events-backend';
import { eventsServiceFactory } from '@backstage/plugin-events-node';
import infrastructurePlugin from '@nante/plugin-infrastructure-backend';
import {
  type FollowedRun,
  GithubFollower,
  type InfrastructureSettings,
  engineServiceRef,
  infrastructureSettingsServiceRef,
  workflowFollowerServiceRef,
} from '@nante/plugin-infrastructure-node';
import {
  FakeGithub,
  type FakeRun,
  fakeConfig,
  fakeEngine,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';

// Its index loads its parts by a dynamic import, which Jest does not have.
const { default: githubEvents } = jest.requireActual(
  '../../../../node_modules/@backstage/plugin-events-backend-module-github/dist/service/eventsModuleGithubWebhook.cjs.js',
);

const webhookSecret = 'the secret of the webhooks';

/** The portal's parts that take events, and somebody who follows a run. */
async function given(options: { secret?: string } = { secret: webhookSecret }) {
  const github = new FakeGithub();
  const follower = new GithubFollower({
    engine: { github: async () => github.api() },
    // Nobody is asked in the time of a test once something is known.
    timing: { poll: 600_000 },
  });
  const { server } = await startTestBackend({
    features: [
      // Both plugins on one bus, as in the portal.
      eventsServiceFactory,
      eventsPlugin,
      githubEvents,
      infrastructurePlugin,
      catalogServiceMock.factory({ entities: [] }),
      createServiceFactory({
        service: workflowFollowerServiceRef,
        deps: {},
        factory: () => follower,
      }),
      createServiceFactory({
        service: engineServiceRef,
        deps: {},
        factory: () => fakeEngine(fakeWorld()),
      }),
      createServiceFactory({
        service: infrastructureSettingsServiceRef,
        deps: {},
        factory: () =>
          ({
            shared: fakeConfig,
            secrets: { source: 'environment' },
          }) as InfrastructureSettings,
      }),
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'http://localhost:3000' },
          backend: { baseUrl: 'http://localhost:7007' },
          events: {
            useEventBus: 'never',
            modules: { github: { webhookSecret: options.secret } },
          },
        },
      }),
    ],
  });
  const send = async (
    { event, payload }: { event: string; payload: object },
    secret = webhookSecret,
  ) => {
    const body = JSON.stringify(payload);
    const digest = createHmac('sha256', secret).update(body).digest('hex');
    const answer = await request(server)
      .post('/api/events/http/github')
      .set('content-type', 'application/json')
      .set('x-github-event', event)
      .set('x-github-delivery', '72d3162e-cc78-11e3-81ab-4c9367dc0958')
      .set('x-hub-signature-256', `sha256=${digest}`)
      .send(body);
    return answer.status;
  };
  const watch = ({ run }: FakeRun) => {
    const told: FollowedRun[] = [];
    const ended = follower.follow(
      { connection: 'github', repository: 'acme/shop', runId: run.id },
      { onChange: followed => told.push(followed) },
    );
    ended.catch(() => {});
    return { told, ended };
  };
  return { github, follower, send, watch };
}

jest.setTimeout(60_000);

describe("an event of GitHub's at the portal", () => {
  it('brings a followed run on where its signature is right, and once where it comes twice', async () => {
    const { github, send, watch } = await given();
    const fake = github.start('acme/shop');
    const { told, ended } = watch(fake);
    github.begin(fake);
    expect(await send(github.jobEvent(fake))).toBe(202);
    const known = told.length;
    expect(await send(github.jobEvent(fake))).toBe(202);
    expect(told).toHaveLength(known);
    github.end(fake);
    expect(await send(github.jobEvent(fake))).toBe(202);
    expect(await send(github.runEvent(fake))).toBe(202);
    expect((await ended).run.conclusion).toBe('success');
  });

  it('is refused where its signature is wrong, and changes nothing', async () => {
    const { github, follower, send } = await given();
    const fake = github.start('acme/shop');
    expect(await send(github.runEvent(fake), 'another secret')).toBe(403);
    expect(follower.hears('acme/shop')).toBe(false);
  });

  it('is taken from nobody where the portal knows no secret', async () => {
    const { github, follower, send } = await given({ secret: undefined });
    expect(await send(github.runEvent(github.start('acme/shop')))).toBe(404);
    expect(follower.hears('acme/shop')).toBe(false);
  });
});

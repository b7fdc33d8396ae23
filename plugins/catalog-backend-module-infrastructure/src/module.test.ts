import { createServiceFactory } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import {
  type InfrastructureSettings,
  engineServiceRef,
  infrastructureSettingsServiceRef,
} from '@nante/plugin-infrastructure-node';
import {
  fakeConfig,
  fakeEngine,
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';
import catalogModuleInfrastructure from './index';

it('brings the hosts of a connection and onboarded servers into a real catalog', async () => {
  const world = fakeWorld({
    managed: [fakeManagedHost(100)],
    servers: [fakeManagedServer('old-1')],
  });
  const { server } = await startTestBackend({
    features: [
      catalogPlugin,
      catalogModuleInfrastructure,
      mockServices.rootConfig.factory({
        data: {
          infrastructure: {
            catalog: {
              schedule: {
                frequency: { seconds: 60 },
                timeout: { seconds: 10 },
              },
            },
          },
          catalog: { rules: [{ allow: ['Resource'] }] },
        },
      }),
      createServiceFactory({
        service: engineServiceRef,
        deps: {},
        factory: () => fakeEngine(world),
      }),
      createServiceFactory({
        service: infrastructureSettingsServiceRef,
        deps: {},
        factory: () =>
          ({
            shared: fakeConfig,
            catalog: { defaultOwner: 'group:default/platform' },
          }) as InfrastructureSettings,
      }),
    ],
  });

  const count = async () =>
    (
      await request(server).get(
        '/api/catalog/entities/by-query?filter=kind=resource&limit=1',
      )
    ).body.totalItems;
  const deadline = Date.now() + 30_000;
  while ((await count()) !== 45 && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  expect(await count()).toBe(45);

  const { body: host } = await request(server).get(
    '/api/catalog/entities/by-name/resource/default/lab-100',
  );
  expect(host).toMatchObject({
    metadata: { title: 'web-100' },
    spec: { type: 'virtual-machine', owner: 'group:default/shop' },
  });
  const { body: onboarded } = await request(server).get(
    '/api/catalog/entities/by-name/resource/default/old-1.dev.shop',
  );
  expect(onboarded).toMatchObject({
    metadata: { title: 'old-1' },
    spec: { type: 'server', owner: 'group:default/shop' },
  });
  expect(host.relations).toContainEqual({
    type: 'dependsOn',
    targetRef: 'resource:default/lab-node-pve1',
  });
}, 45_000);

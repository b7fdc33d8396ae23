import {
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  type EventParams,
  eventsServiceRef,
} from '@backstage/plugin-events-node';
import type { InfrastructureConfig, RunDocument } from '@nante/model';
import { RESOURCE_TYPE_PROJECT } from '@nante/plugin-infrastructure-common';
import {
  type Engine,
  type InfrastructureSettings,
  type Runner,
  engineServiceRef,
  infrastructureSettingsServiceRef,
  runnerServiceRef,
} from '@nante/plugin-infrastructure-node';
import {
  type FakeWorld,
  fakeConfig,
  fakeEngine,
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import request from 'supertest';
import infrastructurePlugin from '../index';

/** A run that succeeded. */
export const run: RunDocument = {
  version: 1,
  id: 'request-1',
  kind: 'provision',
  door: 'portal',
  workspace: 'shop-dev',
  app: 'shop',
  environment: 'dev',
  host: 'web-1',
  hostKind: 'vm',
  owner: 'group:default/shop',
  requestedBy: 'user:default/somebody',
  createdAt: '2026-01-01T10:00:00.000Z',
  startedAt: '2026-01-01T10:00:00.000Z',
  finishedAt: '2026-01-01T10:02:00.000Z',
  state: 'succeeded',
  cancelRequested: false,
  steps: [],
  inputs: {},
  leftovers: [],
  byHand: [],
  tools: {},
};

/** What the form sends for a new host. */
export const body = {
  request: {
    requestId: 'request-0002',
    kind: 'vm',
    name: 'web-2',
    app: 'shop',
    environment: 'dev',
    owner: 'group:default/shop',
    size: 'small',
    sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA somebody'],
  },
};

/** The host that `run` made. */
export const webOne = {
  ...fakeManagedHost(100, { name: 'web-1' }),
  lastRunId: 'request-1',
};

/** What the fakes say, and who may what. */
export interface Options {
  world?: FakeWorld;
  engine?: Partial<Engine>;
  /** Names of permissions that are refused. */
  deny?: string[];
  /** A member, whom the policy lets deploy projects of one's own groups. */
  member?: boolean;
  config?: InfrastructureConfig;
  /** What the catalog has. */
  entities?: Entity[];
  ansible?: InfrastructureSettings['ansible'];
}

/** A back end with our plugin on a fake Proxmox and a fake bucket, and what was published. */
export async function start({
  world = fakeWorld(),
  engine,
  deny: denied = [],
  member = false,
  config = fakeConfig,
  entities = [],
  ansible,
}: Options = {}) {
  const deny = [...denied, ...(member ? ['infrastructure.operate'] : [])];
  const listeners: ((params: EventParams) => Promise<void>)[] = [];
  const published: { topic: string; eventPayload: unknown }[] = [];
  const settings = {
    shared: config,
    ansible,
    secrets: { source: 'environment' },
    sandbox: { guests: 'record', real: false, provider: 'stand-in' },
  } as InfrastructureSettings;
  let runner!: Runner;
  const { server } = await startTestBackend({
    features: [
      infrastructurePlugin,
      createServiceFactory({
        service: engineServiceRef,
        deps: {},
        factory: () => fakeEngine(world, engine),
      }),
      createServiceFactory({
        service: infrastructureSettingsServiceRef,
        deps: {},
        factory: () => settings,
      }),
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => ({
          publish: async params => {
            published.push(params);
          },
          subscribe: async ({ onEvent }) => {
            listeners.push(onEvent);
          },
        }),
      }),
      catalogServiceMock.factory({ entities }),
      mockServices.userInfo.mock({
        getUserInfo: async () => ({
          userEntityRef: 'user:default/mock',
          ownershipEntityRefs: ['user:default/mock', 'group:default/shop'],
        }),
      }).factory,
      mockServices.permissions.mock({
        authorize: async queries =>
          queries.map(({ permission }) => ({
            result: deny.includes(permission.name)
              ? AuthorizeResult.DENY
              : AuthorizeResult.ALLOW,
          })),
        authorizeConditional: async queries =>
          queries.map(({ permission }) => {
            if (deny.includes(permission.name))
              return { result: AuthorizeResult.DENY };
            return member && isOfProject(permission)
              ? {
                  result: AuthorizeResult.CONDITIONAL,
                  pluginId: 'infrastructure',
                  resourceType: RESOURCE_TYPE_PROJECT,
                  conditions: {
                    rule: 'IS_PROJECT_OWNER',
                    resourceType: RESOURCE_TYPE_PROJECT,
                    params: { claims: ['group:default/shop'] },
                  },
                }
              : { result: AuthorizeResult.ALLOW };
          }),
      }).factory,
      createBackendModule({
        pluginId: 'infrastructure',
        moduleId: 'test',
        register: reg =>
          reg.registerInit({
            deps: { service: runnerServiceRef },
            init: async ({ service }) => {
              runner = service;
            },
          }),
      }),
    ],
  });
  const get = (path: string) =>
    request(server).get(`/api/infrastructure${path}`);
  const post = (path: string, content: object = {}) =>
    request(server).post(`/api/infrastructure${path}`).send(content);
  /** What GitHub sent, after its signature was checked. */
  const hear = async ({
    event,
    payload,
  }: {
    event: string;
    payload: unknown;
  }) =>
    Promise.all(
      listeners.map(listener =>
        listener({
          topic: 'github',
          eventPayload: payload,
          metadata: { 'x-github-event': event },
        }),
      ),
    );
  return { get, post, published, runner, server, world, hear };
}

function isOfProject(permission: { resourceType?: string }): boolean {
  return permission.resourceType === RESOURCE_TYPE_PROJECT;
}

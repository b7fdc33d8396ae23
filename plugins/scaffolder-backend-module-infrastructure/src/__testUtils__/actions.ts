import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import type { HostResult, RunDocument } from '@nante/model';
import type { Runner } from '@nante/plugin-infrastructure-node';
import {
  fakeEngine,
  fakeManagedHost,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import type { ProvisionActionDeps } from '../actions/provision';

export const result: HostResult = {
  name: 'web-1',
  kind: 'vm',
  connection: 'lab',
  node: 'pve1',
  vmId: 101,
  address: '10.30.0.101',
  user: 'ops',
  ssh: 'ssh ops@10.30.0.101',
  entityRef: 'resource:default/lab-101',
};

/** Who starts the task, and what the fake engine does. */
export interface Situation {
  groups?: string[];
  /** Names of permissions that are given. */
  may?: string[];
  runner?: Partial<Runner>;
}

/** Dependencies of the actions with a runner that answers at once. */
export function situation({
  groups = ['group:default/shop'],
  may = ['infrastructure.host.create'],
  runner,
}: Situation = {}) {
  const provision = jest.fn(
    runner?.provision ?? (async () => ({ result }) as never),
  );
  const destroy = jest.fn(runner?.destroy ?? (async () => ({}) as RunDocument));
  const world = fakeWorld({
    managed: [fakeManagedHost(101, { name: 'web-1' })],
  });
  const permissions = mockServices.permissions.mock({
    authorize: async queries =>
      queries.map(({ permission }) => ({
        result: may.includes(permission.name)
          ? AuthorizeResult.ALLOW
          : AuthorizeResult.DENY,
      })),
  });
  const userInfo = mockServices.userInfo.mock({
    getUserInfo: async () => ({
      userEntityRef: 'user:default/ada',
      ownershipEntityRefs: ['user:default/ada', ...groups],
    }),
  });
  const auditor = mockServices.auditor.mock({
    createEvent: async () => ({
      success: async () => {},
      fail: async () => {},
    }),
  });
  const deps: ProvisionActionDeps = {
    auditor,
    engine: fakeEngine(world),
    permissions,
    runner: { provision, destroy },
    userInfo,
  };
  return { deps, provision, destroy, permissions, auditor, world };
}

/** Runs an action as the scaffolder does, and answers what it left. */
export async function runAction(
  action: TemplateAction<any, any, any>,
  input: object,
  options: {
    isDryRun?: boolean;
    signal?: AbortSignal;
    /** Checkpoints of an earlier try, by key; those of this one are added. */
    checkpoints?: Record<string, unknown>;
  } = {},
) {
  const { checkpoints = {}, ...rest } = options;
  const outputs: Record<string, unknown> = {};
  const logged: string[] = [];
  const logger = mockServices.logger.mock({
    info: line => void logged.push(line),
    warn: line => void logged.push(line),
  });
  const handled = action.handler({
    ...createMockActionContext({
      input: structuredClone(input) as never,
      logger,
      workspacePath: '/nowhere',
      task: { id: 'task-0001' },
    }),
    ...rest,
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    getInitiatorCredentials: async () =>
      mockCredentials.user('user:default/ada'),
    checkpoint: async ({ key, fn }: { key: string; fn: () => unknown }) => {
      if (!(key in checkpoints)) {
        checkpoints[key] = JSON.parse(JSON.stringify((await fn()) ?? {}));
      }
      return checkpoints[key];
    },
  } as never);
  await handled;
  return { outputs, logged, checkpoints };
}

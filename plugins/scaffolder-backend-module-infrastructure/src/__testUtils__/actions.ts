import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type {
  TemplateAction,
  TemplateExample,
} from '@backstage/plugin-scaffolder-node';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { HostResult, RunDocument } from '@nante/model';
import {
  type Engine,
  GithubFollower,
  type Runner,
  type RunnerOptions,
  type WorkflowFollower,
} from '@nante/plugin-infrastructure-node';
import {
  fakeEngine,
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '@nante/plugin-infrastructure-node/testUtils';
import { validate } from 'jsonschema';
import { parse } from 'yaml';
import type { ActionDeps } from '../deps';

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

/** What every verb but `provision` answers unless a test says otherwise. */
export const run = {
  id: 'task-0001',
  impact: 'reboot',
  app: 'shop',
  environment: 'dev',
  host: 'web-1',
  kind: 'provision',
  owner: 'group:default/shop',
  requestedBy: 'user:default/ada',
} as RunDocument;

/** Who starts the task, and what the fake engine does. */
export interface Situation {
  groups?: string[];
  /** Names of permissions that are given. */
  may?: string[];
  runner?: Partial<Runner>;
  engine?: Partial<Engine>;
  /** Of the catalog; a component of the shop's own unless told. */
  entities?: Entity[];
  follower?: WorkflowFollower;
}

/** The component that most tests are about. */
export const shop: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'shop', annotations: {} },
  spec: { owner: 'shop' },
};

/** Dependencies of the actions with a runner that answers at once. */
export function situation({
  groups = ['group:default/shop'],
  may = ['infrastructure.host.create'],
  runner,
  engine,
  entities = [shop],
  follower,
}: Situation = {}) {
  const provision = jest.fn(
    runner?.provision ??
      (async (_request, options) => {
        options?.onRun?.(run);
        return { result } as never;
      }),
  );
  const verb = <V extends Exclude<keyof Runner, 'provision'>>(name: V) =>
    jest.fn<ReturnType<Runner[V]>, Parameters<Runner[V]>>(
      (runner?.[name] ??
        (async (_request: unknown, options?: RunnerOptions) => {
          options?.onRun?.(run);
          return run;
        })) as never,
    );
  const verbs = {
    destroy: verb('destroy'),
    power: verb('power'),
    resize: verb('resize'),
    snapshot: verb('snapshot'),
    configure: verb('configure'),
    onboard: verb('onboard'),
    register: verb('register'),
    deregister: verb('deregister'),
    createProject: verb('createProject'),
    createRelease: verb('createRelease'),
    deploy: verb('deploy'),
    rollback: verb('rollback'),
    publish: verb('publish'),
    createRepository: verb('createRepository'),
    setUpRepository: verb('setUpRepository'),
    proposeChange: verb('proposeChange'),
    deployDocker: verb('deployDocker'),
    deployK8s: verb('deployK8s'),
    repair: verb('repair'),
  };
  const world = fakeWorld({
    managed: [
      fakeManagedHost(101, { name: 'web-1' }),
      fakeManagedHost(102, { name: 'web-2' }),
    ],
    servers: [fakeManagedServer('old-1')],
  });
  const permissions = mockServices.permissions.mock({
    authorize: async queries =>
      queries.map(({ permission }) => ({
        result: may.includes(permission.name)
          ? AuthorizeResult.ALLOW
          : AuthorizeResult.DENY,
      })),
    authorizeConditional: async queries =>
      queries.map(({ permission }) =>
        may.includes(permission.name)
          ? {
              result: AuthorizeResult.CONDITIONAL,
              pluginId: 'infrastructure',
              resourceType: 'infrastructure-host',
              conditions: {
                rule: 'IS_HOST_OWNER',
                resourceType: '',
                params: {},
              },
            }
          : { result: AuthorizeResult.DENY },
      ),
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
  const catalog = catalogServiceMock({ entities });
  const github: Engine['github'] =
    engine?.github ??
    (async () => {
      throw new Error('The test has no GitHub');
    });
  const deps: ActionDeps = {
    auditor,
    auth: mockServices.auth(),
    catalog,
    engine: fakeEngine(world, engine),
    follower: follower ?? new GithubFollower({ engine: { github } }),
    permissions,
    runner: { provision, ...verbs },
    secrets: { mask: async text => text.replaceAll('hunter2', '***') },
    userInfo,
  };
  return { deps, provision, ...verbs, permissions, auditor, world };
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
    workspacePath?: string;
    /** Lines of the log, also of an action that fails. */
    logged?: string[];
  } = {},
) {
  const {
    checkpoints = {},
    workspacePath = '/nowhere',
    logged = [],
    ...rest
  } = options;
  const outputs: Record<string, unknown> = {};
  const logger = mockServices.logger.mock({
    info: line => void logged.push(line),
    warn: line => void logged.push(line),
    error: line => void logged.push(line),
  });
  const handled = action.handler({
    ...createMockActionContext({
      input: structuredClone(input) as never,
      logger,
      workspacePath,
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

/** Runs an action with what its examples say, which its schema has to take. @returns the inputs and what came of them */
export async function runExamples(
  makeAction: (deps: ActionDeps) => TemplateAction<any, any, any>,
  examples: TemplateExample[],
  options: Situation,
) {
  const results = [];
  for (const { example } of examples) {
    const made = situation(options);
    const action = makeAction(made.deps);
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
    results.push({
      input: step.input,
      ...made,
      ...(await runAction(action, step.input)),
    });
  }
  return results;
}

import { NanteError } from '@nante/model';
import {
  runAction,
  runExamples,
  shop,
  situation,
} from '../__testUtils__/actions';
import { createDeployAction } from './deploy';
import { examples as deployExamples } from './deploy.examples';
import { createProjectAction } from './projectCreate';
import { examples as projectExamples } from './projectCreate.examples';
import { createReleaseAction } from './releaseCreate';
import { examples as releaseExamples } from './releaseCreate.examples';
import { createRollbackAction } from './rollback';
import { examples as rollbackExamples } from './rollback.examples';

const may = [
  'infrastructure.release.create',
  'infrastructure.deployment.create',
];
const asker = {
  requestId: 'task-0001',
  requestedBy: 'user:default/ada',
  operator: false,
};
const annotated = (project: string) => ({
  ...shop,
  metadata: {
    ...shop.metadata,
    annotations: { 'nante.dev/octopus-project': project },
  },
});
const url = 'https://octopus.example.test/app#/Spaces-1/tasks/ServerTasks-1';

describe('octopus:project:create', () => {
  it('makes what its examples say', async () => {
    const project = { slug: 'shop', url };
    const done = await runExamples(createProjectAction, projectExamples, {
      may,
      runner: { createProject: async () => ({ project }) as never },
    });
    for (const { input, createProject, outputs } of done) {
      expect(createProject.mock.calls[0][0]).toMatchObject({
        ...{ ...asker, app: 'shop', group: input.group },
        process: { kind: 'package', healthCheck: { timeoutSeconds: 30 } },
      });
      expect(outputs).toEqual({ runId: 'task-0001', slug: 'shop', url });
    }
  });
});

describe('octopus:release:create', () => {
  it('makes what its examples say, in the project that the component names', async () => {
    const release = { url, alreadyThere: true };
    const done = await runExamples(createReleaseAction, releaseExamples, {
      may,
      entities: [annotated('deploy/Web Shop')],
      runner: { createRelease: async () => ({ release }) as never },
    });
    for (const { input, createRelease, outputs } of done) {
      expect(createRelease.mock.calls[0][0]).toMatchObject({
        ...{ ...input, ...asker, app: 'shop' },
        ...{ connection: 'deploy', project: 'Web Shop' },
      });
      expect(outputs).toEqual({
        ...{ runId: 'task-0001', version: input.version, ...release },
      });
    }
  });

  it('is for who owns the component, and of another project for operators alone', async () => {
    const input = { app: 'shop', version: '1.0.0' };
    const refusals: [Parameters<typeof situation>[0], object, string][] = [
      [{ may: [] }, {}, 'You lack the permission infrastructure.release.crea'],
      [
        { may, groups: ['group:default/billing'] },
        {},
        'Only group:default/shop and operators may make releases of shop',
      ],
      [{ may, entities: [] }, {}, 'The catalog has no component shop with an'],
      [{ may }, { project: 'billing' }, 'Only operators may make releases of'],
      [
        { may, entities: [annotated('deploy/shop')] },
        { connection: 'other' },
        'Only operators may make releases of shop for shop',
      ],
    ];
    for (const [given, change, message] of refusals) {
      const { deps, createRelease } = situation(given);
      const action = createReleaseAction(deps);
      await expect(runAction(action, { ...input, ...change })).rejects.toThrow(
        message,
      );
      expect(createRelease).not.toHaveBeenCalled();
    }
    const operator = situation({
      ...{ may: ['infrastructure.operate'], entities: [], groups: [] },
    });
    const action = createReleaseAction(operator.deps);
    await runAction(action, { ...input, project: 'billing' });
    expect(operator.createRelease.mock.calls[0][0]).toMatchObject({
      ...{ operator: true, project: 'billing' },
    });
  });

  it('takes no version that is a path', async () => {
    const { deps } = situation({ may });
    const action = createReleaseAction(deps);
    await expect(
      runAction(action, { app: 'shop', version: '../1.0' }),
    ).rejects.toThrow('version: use letters, digits');
  });
});

describe('octopus:deploy and octopus:rollback', () => {
  it('do what their examples say, and put out what runs there now', async () => {
    const deployment = {
      ...{ version: '1.4.0', previousVersion: '1.3.2', alreadyThere: false },
      url,
    };
    const runner = {
      deploy: async () => ({ deployment }) as never,
      rollback: async () => ({ deployment }) as never,
    };
    const deployed = await runExamples(createDeployAction, deployExamples, {
      ...{ may, runner },
    });
    for (const { input, deploy, outputs, checkpoints } of deployed) {
      expect(deploy.mock.calls[0][0]).toMatchObject({
        ...{ timeoutMinutes: 30, ...input, ...asker, app: 'shop' },
        force: false,
      });
      expect(outputs).toEqual({ runId: 'task-0001', ...deployment });
      expect(Object.keys(checkpoints)).toEqual([
        'octopus.deploy.component.shop',
        expect.stringMatching(/^octopus\.deploy\.authorize\.shop\./),
        'octopus.deploy.task-0001',
      ]);
    }
    const rolledBack = await runExamples(
      createRollbackAction,
      rollbackExamples,
      { may, runner },
    );
    for (const { input, rollback, outputs } of rolledBack) {
      expect(rollback.mock.calls[0][0]).toMatchObject({
        ...{ ...input, ...asker, app: 'shop' },
      });
      expect(outputs).toMatchObject({ version: '1.4.0', url });
    }
  });

  it('ask nobody in a dry run', async () => {
    const { deps, deploy, rollback, permissions } = situation({ may });
    const input = { app: 'shop', environment: 'dev', version: '1.0.0' };
    for (const action of [
      createDeployAction(deps),
      createRollbackAction(deps),
    ]) {
      const { outputs, logged } = await runAction(action, input, {
        isDryRun: true,
      });
      expect(outputs).toMatchObject({ runId: 'dry-run', version: '1.0.0' });
      expect(logged.join()).toContain('Would');
    }
    expect(deploy).not.toHaveBeenCalled();
    expect(rollback).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
  });

  it('can be cancelled, and go on after a restart with what was allowed before', async () => {
    const cancel = new AbortController();
    const checkpoints: Record<string, unknown> = {};
    const input = { app: 'shop', environment: 'dev', version: '1.0.0' };
    const first = situation({
      may,
      runner: {
        deploy: async () => {
          throw new NanteError('refused', 'A freeze holds.', {
            hint: 'Wait until Monday.',
          });
        },
      },
    });
    await expect(
      runAction(createDeployAction(first.deps), input, {
        ...{ checkpoints, signal: cancel.signal },
      }),
    ).rejects.toThrow('A freeze holds. Wait until Monday.');
    expect(first.deploy.mock.calls[0][1]).toMatchObject({
      ...{ signal: cancel.signal, link: '/create/tasks/task-0001' },
    });
    const later = situation({ may: [], entities: [] });
    await runAction(createDeployAction(later.deps), input, { checkpoints });
    expect(later.deploy).toHaveBeenCalledTimes(1);
  });
});

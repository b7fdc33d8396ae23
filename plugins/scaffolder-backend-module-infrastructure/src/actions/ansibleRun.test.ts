import type { HostRecap, RunDocument } from '@nante/model';
import {
  run,
  runAction,
  runExamples,
  situation,
} from '../__testUtils__/actions';
import { createAnsibleRunAction } from './ansibleRun';
import { examples } from './ansibleRun.examples';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };
const may = ['infrastructure.host.update'];

const recap = (name: string, ok: number, changed: number): HostRecap => ({
  host: name,
  ok,
  changed,
  failed: 0,
  unreachable: 0,
  skipped: 1,
});
const played = (...recaps: HostRecap[]): RunDocument => ({
  ...run,
  state: 'running',
  configuration: {
    dryRun: false,
    pretended: false,
    roles: [],
    recap: recaps,
    failures: [],
    changes: [],
    unseen: [],
  },
});

describe('ansible:run', () => {
  it('configures what its examples say', async () => {
    const [one, several] = await runExamples(createAnsibleRunAction, examples, {
      may,
      runner: {
        configure: async () =>
          played(recap('web-1', 9, 2), recap('web-2', 9, 3)),
      },
    });
    expect(one.configure.mock.calls[0][0]).toEqual({
      names: ['web-1'],
      app: 'shop',
      environment: 'dev',
      roles: [
        { name: 'base_setup', arguments: {} },
        { name: 'nginx', arguments: one.input.roles[1].arguments },
      ],
      dryRun: false,
      requestId: 'task-0001',
      requestedBy: 'user:default/ada',
      operator: false,
    });
    expect(one.outputs).toEqual({ runId: 'task-0001', changed: 5 });
    expect(several.configure.mock.calls[0][0]).toMatchObject({
      names: ['web-1', 'web-2'],
      dryRun: true,
    });
    // Each host's own.
    expect(several.configure.mock.calls[0][0].roles).toBeUndefined();
  });

  it('tells how each host does while the play runs, without a line for every task', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const { deps } = situation({
      may,
      runner: {
        configure: async (_request, options) => {
          options?.onRun?.(played(recap('web-1', 1, 0)));
          options?.onRun?.(played(recap('web-1', 2, 0)));
          clock.mockReturnValue(1_006_000);
          options?.onRun?.(played(recap('web-1', 3, 1), recap('web-2', 0, 0)));
          const end = played(recap('web-1', 4, 2), {
            ...recap('web-2', 0, 0),
            unreachable: 1,
          });
          options?.onRun?.({ ...end, state: 'succeeded' });
          options?.onRun?.({ ...end, state: 'succeeded' });
          return end;
        },
      },
    });
    const { logged, outputs } = await runAction(createAnsibleRunAction(deps), {
      hosts: [host, { ...host, name: 'web-2' }],
      roles: [],
    });
    clock.mockRestore();
    expect(logged.slice(1)).toEqual([
      'web-1: 1 ok, 0 changed, 1 skipped, 0 failed',
      'web-1: 3 ok, 1 changed, 1 skipped, 0 failed',
      'web-2: 0 ok, 0 changed, 1 skipped, 0 failed',
      'web-1: 4 ok, 2 changed, 1 skipped, 0 failed',
      'web-2: 0 ok, 0 changed, 1 skipped, 0 failed, unreachable',
    ]);
    expect(outputs.changed).toBe(2);
  });

  it('configures onboarded servers too, and asks about each host', async () => {
    const { deps, configure, permissions } = situation({ may });
    await runAction(createAnsibleRunAction(deps), {
      hosts: [host, { ...host, name: 'old-1' }],
    });
    expect(configure).toHaveBeenCalledTimes(1);
    expect(
      permissions.authorize.mock.calls
        .flatMap(([queries]) => queries)
        .flatMap(query => ('resourceRef' in query ? [query.resourceRef] : [])),
    ).toEqual(['resource:default/lab-101', 'resource:default/old-1.dev.shop']);

    const stranger = situation({ may: [] });
    await expect(
      runAction(createAnsibleRunAction(stranger.deps), {
        hosts: [host, { ...host, name: 'old-1' }],
      }),
    ).rejects.toThrow(
      'Only group:default/shop and operators may change web-1. Only group:default/shop and operators may change old-1.',
    );
  });

  it('names all hosts that are none of ours, and refuses two apps at once', async () => {
    const { deps, configure } = situation({ may });
    const action = createAnsibleRunAction(deps);
    await expect(
      runAction(action, {
        hosts: [host, { ...host, name: 'a' }, { ...host, name: 'b' }],
      }),
    ).rejects.toThrow(
      'a of shop in dev, b of shop in dev are no hosts of ours',
    );
    await expect(
      runAction(action, { hosts: [host, { ...host, app: 'billing' }] }),
    ).rejects.toThrow('Take a step for each app and environment.');
    expect(configure).not.toHaveBeenCalled();
  });

  it('asks no system in a dry run of the template, and keeps text in arguments as text', async () => {
    const roles = [
      { name: 'nginx', arguments: { nginx_user: "{{ lookup('pipe','id') }}" } },
    ];
    const { deps, configure, world } = situation({ may });
    const action = createAnsibleRunAction(deps);
    const { outputs, logged } = await runAction(
      action,
      { hosts: host, roles },
      { isDryRun: true },
    );
    expect(outputs).toEqual({ runId: 'dry-run', changed: 0 });
    expect(logged).toEqual(['Would apply nginx to web-1 of shop in dev']);
    expect(world.calls).toEqual({});
    await expect(
      runAction(action, {
        hosts: host,
        roles: [{ name: 'nginx', arguments: { nginx_user: '${{ x }}' } }],
      }),
    ).rejects.toThrow('roles.0.arguments.nginx_user still holds');
    expect(configure).not.toHaveBeenCalled();
    await runAction(action, { hosts: host, roles });
    expect(configure.mock.calls[0][0].roles).toEqual(roles);
  });
});

import { NanteError } from '@nante/model';
import { validate } from 'jsonschema';
import { parse } from 'yaml';
import { runAction, situation } from '../__testUtils__/actions';
import { createDestroyAction } from './destroy';
import { examples } from './destroy.examples';

const input = {
  host: { name: 'web-1', app: 'shop', environment: 'dev' },
  confirm: 'web-1',
};
const may = ['infrastructure.host.delete'];

describe('proxmox:destroy', () => {
  it('destroys what its examples say', async () => {
    for (const { example } of examples) {
      const { deps, destroy } = situation({ may });
      const action = createDestroyAction(deps);
      const [step] = parse(example).steps;
      expect(step.action).toBe(action.id);
      expect(validate(step.input, action.schema!.input!).errors).toEqual([]);
      const { outputs, checkpoints } = await runAction(action, step.input);
      expect(destroy).toHaveBeenCalledTimes(1);
      expect(destroy.mock.calls[0][0]).toEqual({
        ...step.input.host,
        confirm: 'web-1',
        requestId: 'task-0001',
        requestedBy: 'user:default/ada',
        operator: false,
      });
      expect(outputs).toEqual({ runId: 'task-0001' });
      expect(Object.keys(checkpoints)).toEqual([
        'proxmox.destroy.authorize.shop.dev.web-1',
        'proxmox.destroy.task-0001',
      ]);
    }
  });

  it('does nothing without the name typed again, and nothing in a dry run', async () => {
    const { deps, destroy, permissions, world } = situation({ may });
    const action = createDestroyAction(deps);
    await expect(
      runAction(action, { ...input, confirm: 'web-2' }),
    ).rejects.toThrow(
      'Type the name of the host, web-1, to confirm. Nothing was destroyed.',
    );
    await expect(
      runAction(action, { ...input, confirm: '${{ parameters.confirm }}' }),
    ).rejects.toThrow('The input confirm still holds the expression');
    await runAction(action, input, { isDryRun: true });
    expect(destroy).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
    expect(world.calls).toEqual({});
  });

  it('asks about the host that is destroyed, not about the one that a form names', async () => {
    const { deps, destroy, permissions } = situation({ may: [] });
    const action = createDestroyAction(deps);
    await expect(
      runAction(action, {
        ...input,
        host: { ...input.host, entityRef: 'resource:default/lab-999' },
      }),
    ).rejects.toThrow(
      'Only group:default/shop and operators may destroy this host.',
    );
    expect(permissions.authorize).toHaveBeenCalledWith(
      [
        expect.objectContaining({
          permission: expect.objectContaining({
            name: 'infrastructure.host.delete',
          }),
          resourceRef: 'resource:default/lab-101',
        }),
      ],
      expect.anything(),
    );
    await expect(
      runAction(action, {
        host: { ...input.host, app: 'billing' },
        confirm: 'web-1',
      }),
    ).rejects.toThrow('web-1 of billing in dev is no host of ours');
    await expect(
      runAction(action, {
        host: { ...input.host, name: 'old-1' },
        confirm: 'old-1',
      }),
    ).rejects.toThrow('old-1 was onboarded, not made here');
    expect(destroy).not.toHaveBeenCalled();

    const operator = situation({ may: ['infrastructure.operate'] });
    await runAction(createDestroyAction(operator.deps), input);
    expect(operator.destroy.mock.calls[0][0]).toMatchObject({ operator: true });
  });

  it('goes on after a restart although the host is half gone, and can be cancelled', async () => {
    const cancel = new AbortController();
    const checkpoints: Record<string, unknown> = {};
    const first = situation({
      may,
      runner: {
        destroy: async () => {
          throw new NanteError('locked', 'Another run holds the lock', {
            hint: 'Wait for it.',
          });
        },
      },
    });
    await expect(
      runAction(createDestroyAction(first.deps), input, {
        checkpoints,
        signal: cancel.signal,
      }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: 'Another run holds the lock. Wait for it.',
    });
    expect(first.destroy.mock.calls[0][1]).toMatchObject({
      signal: cancel.signal,
      link: '/create/tasks/task-0001',
    });

    const later = situation({ may: [] });
    later.world.managed = [];
    await runAction(createDestroyAction(later.deps), input, { checkpoints });
    expect(later.destroy).toHaveBeenCalledTimes(1);
  });
});

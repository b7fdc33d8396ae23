import { NanteError } from '@nante/model';
import { runAction, runExamples, situation } from '../__testUtils__/actions';
import { createPowerAction } from './power';
import { examples } from './power.examples';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };
const input = { host, action: 'reboot' };
const may = ['infrastructure.host.update'];

describe('proxmox:power', () => {
  it('switches what its examples say', async () => {
    const [result] = await runExamples(createPowerAction, examples, { may });
    expect(result.power.mock.calls[0][0]).toEqual({
      ...host,
      action: 'reboot',
      requestId: 'task-0001',
      requestedBy: 'user:default/ada',
      operator: false,
    });
    expect(result.outputs).toEqual({ runId: 'task-0001' });
    expect(result.logged).toEqual([
      'The run has a page of its own: /runs/task-0001',
    ]);
    expect(result.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'host-power',
        meta: expect.objectContaining({ name: 'web-1', action: 'reboot' }),
      }),
    );
  });

  it('is for the owner of the host and for operators, whatever entity a form names', async () => {
    const stranger = situation({ may: ['infrastructure.host.create'] });
    await expect(
      runAction(createPowerAction(stranger.deps), {
        ...input,
        host: { ...host, entityRef: 'resource:default/lab-999' },
      }),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message: 'Only group:default/shop and operators may change this host.',
    });
    expect(stranger.permissions.authorize).toHaveBeenCalledWith(
      [
        expect.objectContaining({
          permission: expect.objectContaining({ name: may[0] }),
          resourceRef: 'resource:default/lab-101',
        }),
      ],
      expect.anything(),
    );
    expect(stranger.power).not.toHaveBeenCalled();

    const operator = situation({ may: ['infrastructure.operate'] });
    await runAction(createPowerAction(operator.deps), input);
    expect(operator.power.mock.calls[0][0]).toMatchObject({ operator: true });
  });

  it('knows no host that the records do not have', async () => {
    const { deps, power } = situation({ may });
    await expect(
      runAction(createPowerAction(deps), {
        ...input,
        host: { ...host, app: 'billing' },
      }),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message: expect.stringMatching(
        /^web-1 of billing in dev is no host of ours/,
      ),
    });
    expect(power).not.toHaveBeenCalled();
  });

  it('asks and changes nothing in a dry run', async () => {
    const { deps, power, permissions, auditor, world } = situation({ may });
    const { outputs, logged } = await runAction(
      createPowerAction(deps),
      input,
      {
        isDryRun: true,
      },
    );
    expect(outputs).toEqual({ runId: 'dry-run' });
    expect(logged).toEqual(['Would reboot web-1 of shop in dev']);
    await expect(
      runAction(
        createPowerAction(deps),
        { ...input, host: { ...host, name: '$(id)' } },
        {
          isDryRun: true,
        },
      ),
    ).rejects.toThrow(
      "This request can't be made. name: use lower case letters",
    );
    expect(power).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
    expect(auditor.createEvent).not.toHaveBeenCalled();
    expect(world.calls).toEqual({});
  });

  it('does nothing twice when the task is taken up, and hands cancelling and errors through', async () => {
    const cancel = new AbortController();
    const checkpoints: Record<string, unknown> = {};
    const failing = situation({
      may,
      runner: {
        power: async () => {
          throw new NanteError('locked', 'Another run holds the lock', {
            hint: 'Wait for it.',
          });
        },
      },
    });
    await expect(
      runAction(createPowerAction(failing.deps), input, {
        checkpoints,
        signal: cancel.signal,
      }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: 'Another run holds the lock. Wait for it.',
    });
    expect(failing.power.mock.calls[0][1]).toMatchObject({
      link: '/create/tasks/task-0001',
      signal: cancel.signal,
    });

    // What was allowed when the task began stays allowed.
    const later = situation({ may: [] });
    await runAction(createPowerAction(later.deps), input, { checkpoints });
    await runAction(createPowerAction(later.deps), input, { checkpoints });
    expect(later.power).toHaveBeenCalledTimes(1);
    expect(Object.keys(checkpoints)).toEqual([
      'proxmox.power.authorize.shop.dev.web-1.reboot',
      'proxmox.power.task-0001',
    ]);
  });
});

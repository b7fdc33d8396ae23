import type { RunDocument } from '@nante/model';
import {
  run,
  runAction,
  runExamples,
  situation,
} from '../__testUtils__/actions';
import { createRepairAction } from './repair';
import { examples } from './repair.examples';

const runId = 'broken-0001';
const rights = {
  make: 'infrastructure.host.create',
  change: 'infrastructure.host.update',
  destroy: 'infrastructure.host.delete',
};

/** Somebody of the shop team who has the rights, and a run. */
const broken = (
  may: (keyof typeof rights)[],
  changes: Partial<RunDocument> = {},
  groups?: string[],
) =>
  situation({
    may: may.map(right => rights[right]),
    groups,
    engine: {
      getRun: async id =>
        id === runId ? { ...run, id: runId, ...changes } : undefined,
    },
  });

describe('run:repair', () => {
  it('repairs what its example says, and shows the run that did it', async () => {
    const [result] = await runExamples(createRepairAction, examples, {
      may: [rights.destroy],
      engine: { getRun: async () => run },
      runner: { repair: async () => ({ ...run, id: 'taken-up-0001' }) },
    });
    expect(result.repair.mock.calls[0][0]).toEqual({
      ...result.input,
      requestId: 'task-0001',
      requestedBy: 'user:default/ada',
      operator: false,
    });
    expect(result.outputs).toEqual({ runId: 'taken-up-0001' });
    expect(result.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({ eventId: 'run-repair', severityLevel: 'high' }),
    );
  });

  it('needs the right to what the remedy does', async () => {
    const cases: [RunDocument['kind'], string, keyof typeof rights][] = [
      ['provision', 'finish', 'make'],
      ['provision', 'undo', 'destroy'],
      ['provision', 'adopt', 'make'],
      ['provision', 'forget', 'destroy'],
      ['destroy', 'finish', 'destroy'],
      ['configure', 'finish', 'change'],
      ['resize', 'finish', 'change'],
      ['onboard', 'finish', 'make'],
    ];
    for (const [kind, remedy, right] of cases) {
      const others = (Object.keys(rights) as (keyof typeof rights)[]).filter(
        other => other !== right,
      );
      const refused = broken(others, { kind });
      await expect(
        runAction(createRepairAction(refused.deps), { runId, remedy }),
      ).rejects.toMatchObject({ name: 'NotAllowedError' });
      expect(refused.repair).not.toHaveBeenCalled();
      const allowed = broken([right], { kind });
      await runAction(createRepairAction(allowed.deps), { runId, remedy });
      expect(allowed.repair).toHaveBeenCalledTimes(1);
    }
  });

  it('is for who started the run, its owner, and operators', async () => {
    const foreign = {
      requestedBy: 'user:default/bo',
      owner: 'group:default/billing',
    };
    const stranger = broken(['make', 'destroy'], foreign);
    await expect(
      runAction(createRepairAction(stranger.deps), { runId, remedy: 'undo' }),
    ).rejects.toThrow(
      'Only user:default/bo, the owner and operators may repair this run.',
    );
    const operator = situation({
      may: ['infrastructure.operate'],
      engine: { getRun: async () => ({ ...run, ...foreign }) },
    });
    await runAction(createRepairAction(operator.deps), {
      runId,
      remedy: 'undo',
    });
    expect(operator.repair.mock.calls[0][0]).toMatchObject({ operator: true });
    const owner = broken(['destroy'], { requestedBy: 'user:default/bo' });
    await runAction(createRepairAction(owner.deps), { runId, remedy: 'undo' });
    expect(owner.repair).toHaveBeenCalledTimes(1);
  });

  it('goes by the owner of the run where nothing of the host is recorded', async () => {
    const gone = { host: 'never-made' };
    const left = broken(['destroy'], gone, ['group:default/billing']);
    await expect(
      runAction(createRepairAction(left.deps), { runId, remedy: 'forget' }),
    ).rejects.toThrow('group:default/shop is none of them');
    const own = broken(['destroy'], gone);
    await runAction(createRepairAction(own.deps), { runId, remedy: 'forget' });
    expect(own.repair).toHaveBeenCalledTimes(1);
  });

  it('of a deployment is for who started it, as long as that may deploy', async () => {
    const deployment = { kind: 'deploy' as const, host: '', owner: undefined };
    const engine = { getRun: async () => ({ ...run, ...deployment }) };
    const mine = situation({
      ...{ may: ['infrastructure.deployment.create'], engine },
    });
    const input = { runId, remedy: 'finish' };
    await runAction(createRepairAction(mine.deps), input);
    expect(mine.repair).toHaveBeenCalledTimes(1);
    const revoked = situation({ may: ['infrastructure.host.update'], engine });
    await expect(
      runAction(createRepairAction(revoked.deps), input),
    ).rejects.toThrow(
      'You lack the permission infrastructure.deployment.create',
    );
  });

  it('says which run there is not, and asks nobody in a dry run', async () => {
    const { deps, repair, permissions, world } = broken(['destroy']);
    const action = createRepairAction(deps);
    await expect(
      runAction(action, { runId: 'unknown-0001', remedy: 'undo' }),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message: 'There is no run unknown-0001',
    });
    permissions.authorize.mockClear();
    const { logged } = await runAction(
      action,
      { runId, remedy: 'undo' },
      { isDryRun: true },
    );
    expect(logged).toEqual(['Would undo the run broken-0001']);
    await expect(
      runAction(action, { runId: '../x', remedy: 'undo' }, { isDryRun: true }),
    ).rejects.toThrow('runId: ');
    expect(repair).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
    expect(world.calls).toEqual({});
  });
});

import { runAction, runExamples, situation } from '../__testUtils__/actions';
import { createSnapshotAction } from './snapshot';
import { examples } from './snapshot.examples';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };
const may = ['infrastructure.host.update'];

describe('proxmox:snapshot', () => {
  it('does what its examples say', async () => {
    const results = await runExamples(createSnapshotAction, examples, { may });
    for (const { input, snapshot, outputs } of results) {
      expect(snapshot.mock.calls[0][0]).toMatchObject({
        ...host,
        ...input.snapshot,
        requestedBy: 'user:default/ada',
      });
      expect(outputs).toEqual({ runId: 'task-0001' });
    }
  });

  it('returns to nothing and removes nothing without the name typed again', async () => {
    const { deps, snapshot } = situation({ may });
    const action = createSnapshotAction(deps);
    for (const verb of ['rollback', 'delete']) {
      await expect(
        runAction(action, {
          host,
          snapshot: { action: verb, snapshot: 'before', confirm: 'befor' },
        }),
      ).rejects.toThrow(
        'Type the name of the snapshot, before, to confirm. Nothing was changed.',
      );
    }
    await expect(
      runAction(action, {
        host,
        snapshot: { action: 'create', snapshot: '-x;id' },
      }),
    ).rejects.toThrow('snapshot: start with a letter');
    expect(snapshot).not.toHaveBeenCalled();
    await runAction(action, {
      host,
      snapshot: { action: 'create', snapshot: 'before', description: '' },
    });
    expect(snapshot.mock.calls[0][0].description).toBeUndefined();
  });

  it('is for the owner of the host and for operators', async () => {
    const { deps, snapshot } = situation({ may: [] });
    await expect(
      runAction(createSnapshotAction(deps), {
        host,
        snapshot: { action: 'create', snapshot: 'before' },
      }),
    ).rejects.toThrow('Only group:default/shop and operators may change');
    expect(snapshot).not.toHaveBeenCalled();
  });
});

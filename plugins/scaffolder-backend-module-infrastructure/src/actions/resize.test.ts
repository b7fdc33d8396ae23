import { runAction, runExamples, situation } from '../__testUtils__/actions';
import { createResizeAction } from './resize';
import { examples } from './resize.examples';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };
const may = ['infrastructure.host.update'];

describe('proxmox:resize', () => {
  it('resizes as its examples say, and restarts nothing that nobody agreed to', async () => {
    const [size, custom] = await runExamples(createResizeAction, examples, {
      may,
    });
    const asker = {
      ...host,
      requestId: 'task-0001',
      requestedBy: 'user:default/ada',
      operator: false,
    };
    expect(size.resize.mock.calls[0][0]).toEqual({
      ...asker,
      size: 'small',
      allowReboot: false,
    });
    expect(custom.resize.mock.calls[0][0]).toEqual({
      ...asker,
      ...custom.input.resize,
    });
    expect(size.outputs).toEqual({ runId: 'task-0001', impact: 'reboot' });
  });

  it('takes the host from nowhere but the question for it', async () => {
    const { deps, resize } = situation({ may });
    await runAction(createResizeAction(deps), {
      host,
      resize: {
        size: 'small',
        name: 'web-2',
        operator: true,
        requestedBy: 'user:default/olga',
      },
    });
    expect(resize.mock.calls[0][0]).toMatchObject({
      ...host,
      operator: false,
      requestedBy: 'user:default/ada',
    });
  });

  it('names every wrong number at once, and refuses strangers', async () => {
    const { deps, resize } = situation({ may });
    await expect(
      runAction(createResizeAction(deps), {
        host,
        resize: { size: 'custom', cores: 0, memoryMb: 1, diskGb: -5 },
      }),
    ).rejects.toThrow(/cores: .*; memoryMb: .*; diskGb: /);
    const stranger = situation({ may: [] });
    await expect(
      runAction(createResizeAction(stranger.deps), {
        host,
        resize: { size: 'small' },
      }),
    ).rejects.toThrow('Only group:default/shop and operators may change');
    expect(resize).not.toHaveBeenCalled();
    expect(stranger.resize).not.toHaveBeenCalled();
  });
});

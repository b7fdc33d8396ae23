import { runAction, runExamples, situation } from '../__testUtils__/actions';
import { createOnboardAction } from './onboard';
import { examples } from './onboard.examples';

const may = ['infrastructure.host.create'];
const input = {
  name: 'new-1',
  app: 'component:default/shop',
  owner: 'group:default/shop',
  environment: 'dev',
  address: '10.30.0.8',
  loginUser: 'root',
};

describe('host:onboard', () => {
  it('checks first, and onboards with the id of the check', async () => {
    const may2 = [...may, 'infrastructure.host.update'];
    const [check, keep] = await runExamples(createOnboardAction, examples, {
      may: may2,
    });
    expect(check.onboard.mock.calls[0][0]).toEqual({
      name: 'old-1',
      app: 'shop',
      owner: 'group:default/shop',
      environment: 'dev',
      address: '10.30.0.7',
      port: 22,
      loginUser: 'root',
      adminSshKeys: [],
      roles: [],
      requestId: 'task-0001',
      requestedBy: 'user:default/ada',
      operator: false,
    });
    expect(check.outputs).toEqual({ runId: 'task-0001', checked: true });
    expect(keep.onboard.mock.calls[0][0]).toMatchObject({
      port: 2222,
      adminUser: 'ops',
      guest: { connection: 'lab', vmId: 120 },
      checkedRunId: keep.input.checkedRunId,
    });
    expect(keep.outputs).toEqual({ runId: 'task-0001', checked: false });
  });

  it('hands on what makes the server a deployment target', async () => {
    const { deps, onboard } = situation({ may });
    const target = { style: 'listening', roles: ['db'] };
    await runAction(createOnboardAction(deps), { ...input, target });
    expect(onboard.mock.calls[0][0].target).toEqual(target);
  });

  it('takes what a form leaves empty as left out', async () => {
    const { deps, onboard } = situation({ may });
    await runAction(createOnboardAction(deps), {
      ...input,
      target: null,
      adminUser: '',
      checkedRunId: '',
      guest: {},
    });
    expect(onboard.mock.calls[0][0].adminUser).toBeUndefined();
    expect(onboard.mock.calls[0][0].checkedRunId).toBeUndefined();
    expect(onboard.mock.calls[0][0].guest).toBeUndefined();
    await expect(
      runAction(createOnboardAction(deps), { ...input, guest: { vmId: 120 } }),
    ).rejects.toThrow('guest.connection: ');
  });

  it('serves own groups only, and leaves a server to the group that has it', async () => {
    const stranger = situation({ may, groups: ['group:default/billing'] });
    const action = createOnboardAction(stranger.deps);
    await expect(runAction(action, input)).rejects.toThrow(
      'group:default/shop is none of them',
    );
    await expect(
      runAction(action, {
        ...input,
        owner: 'group:default/billing',
        name: 'old-1',
      }),
    ).rejects.toThrow('Only group:default/shop and operators may change');
    expect(stranger.onboard).not.toHaveBeenCalled();
    await runAction(action, { ...input, owner: 'group:default/billing' });
    expect(stranger.onboard).toHaveBeenCalledTimes(1);
  });

  it('names every wrong answer at once, in a dry run too', async () => {
    const { deps, onboard, world } = situation({ may });
    await expect(
      runAction(
        createOnboardAction(deps),
        {
          ...input,
          name: 'A',
          address: '$(id)',
          loginUser: 'root; id',
          adminSshKeys: ['x'],
          port: 0,
        },
        { isDryRun: true },
      ),
    ).rejects.toThrow(
      /name: .*address: .*port: .*loginUser: .*adminSshKeys\.0: /,
    );
    expect(onboard).not.toHaveBeenCalled();
    expect(world.calls).toEqual({});
  });
});

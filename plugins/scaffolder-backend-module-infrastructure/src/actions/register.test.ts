import { validate } from 'jsonschema';
import {
  runAction,
  runExamples,
  shop,
  situation,
} from '../__testUtils__/actions';
import { createDeregisterAction } from './deregister';
import { examples as deregisterExamples } from './deregister.examples';
import { createRegisterAction } from './register';
import { examples } from './register.examples';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };
const may = ['infrastructure.host.update', 'infrastructure.host.create'];
const asker = {
  requestId: 'task-0001',
  requestedBy: 'user:default/ada',
  operator: false,
};
const registration = {
  ...{ machineId: 'Machines-7', health: 'Healthy' },
  url: 'https://octopus.example.test/app#/Spaces-1/infrastructure/machines/Machines-7',
};

describe('octopus:register', () => {
  it('registers what its examples say, and puts out where to look', async () => {
    const done = await runExamples(createRegisterAction, examples, {
      may,
      runner: { register: async () => ({ registration }) as never },
    });
    for (const { input, register, outputs, checkpoints } of done) {
      expect(register.mock.calls[0][0]).toMatchObject({
        ...{ ...input.host, ...asker, adopt: false, dryRun: false },
        target: { style: 'ssh', ...input.target },
      });
      expect(outputs).toEqual({ runId: 'task-0001', ...registration });
      expect(Object.keys(checkpoints).at(-1)).toBe(
        'octopus.register.task-0001',
      );
    }
    expect(done[2].register.mock.calls[0][0].kubernetes).toEqual({
      ...{ url: 'https://k8s.example.test:6443', namespace: 'shop' },
      account: 'cluster',
    });
  });

  it('is for who owns the host, or the component of a cluster, and does nothing in a dry run', async () => {
    const stranger = situation({ may: [] });
    const action = createRegisterAction(stranger.deps);
    await expect(runAction(action, { host })).rejects.toThrow(
      'Only group:default/shop and operators may change this host.',
    );
    const kubernetes = { url: 'https://k8s.example.test', account: 'cluster' };
    const cluster = { host, target: { style: 'kubernetes' }, kubernetes };
    const other = situation({ may, groups: ['group:default/billing'] });
    await expect(
      runAction(createRegisterAction(other.deps), cluster),
    ).rejects.toThrow(
      'Only group:default/shop and operators may register clusters for shop.',
    );
    await runAction(createRegisterAction(stranger.deps), cluster, {
      isDryRun: true,
    });
    expect(stranger.register).not.toHaveBeenCalled();
    expect(other.register).not.toHaveBeenCalled();
    const operator = situation({ may: ['infrastructure.operate'] });
    await runAction(createRegisterAction(operator.deps), { host });
    expect(operator.register.mock.calls[0][0]).toMatchObject({
      operator: true,
    });
  });

  it('takes no style that there is not', () => {
    const { schema } = createRegisterAction(situation().deps);
    const wrong = validate({ host, target: { style: 'rdp' } }, schema!.input!);
    expect(wrong.errors).toHaveLength(1);
  });
});

describe('octopus:deregister', () => {
  it('removes what its examples say, for who owns the host and types its name', async () => {
    for (const done of await runExamples(
      createDeregisterAction,
      deregisterExamples,
      { may },
    )) {
      expect(done.deregister.mock.calls[0][0]).toEqual({
        ...{ ...host, ...asker, confirm: 'web-1', dryRun: false },
      });
    }
    const { deps, deregister } = situation({ may: [], entities: [shop] });
    const action = createDeregisterAction(deps);
    await expect(runAction(action, { host, confirm: 'web-2' })).rejects.toThrow(
      'Type the name of the host, web-1, to confirm.',
    );
    await expect(runAction(action, { host, confirm: 'web-1' })).rejects.toThrow(
      'Only group:default/shop and operators may change',
    );
    await runAction(action, { host, confirm: 'web-1' }, { isDryRun: true });
    expect(deregister).not.toHaveBeenCalled();
  });
});

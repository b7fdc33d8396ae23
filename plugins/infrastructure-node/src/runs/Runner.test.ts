import type { Engine } from '@nante/engine';
import type { RunDocument } from '@nante/model';
import {
  fakeEngine,
  fakeManagedHost,
  fakeManagedServer,
  fakeWorld,
} from '../testing/fakeEngine';
import { type RunEvent, createRunEvents } from './RunEvents';
import { createRunner } from './Runner';

const who = {
  requestId: 'request-0001',
  requestedBy: 'user:default/ada',
  operator: false,
};
const web = { ...who, app: 'shop', environment: 'dev', name: 'web-1' };
const run = (changes: Partial<RunDocument> = {}) =>
  ({
    id: 'request-0001',
    app: 'shop',
    environment: 'dev',
    host: 'web-1',
    ...changes,
  }) as RunDocument;

function situation(engine: Partial<Engine>) {
  const world = fakeWorld({
    managed: [
      fakeManagedHost(101, { name: 'web-1' }),
      fakeManagedHost(102, { name: 'web-2' }),
      // Of the same name, and somebody else's.
      fakeManagedHost(103, { name: 'web-1', app: 'billing' }),
    ],
    servers: [fakeManagedServer('old-1')],
  });
  const events = createRunEvents();
  const seen: RunEvent[] = [];
  events.subscribe(event => seen.push(event));
  const runner = createRunner({ engine: fakeEngine(world, engine), events });
  const changes = () =>
    seen.flatMap(event => (event.type === 'hosts' ? [event.change] : []));
  return { changes, runner, seen, world };
}

describe('a run that the portal starts', () => {
  it('shows its steps and log on the notice board and to who started it, whatever it does', async () => {
    const told: string[] = [];
    const line = { n: 0, time: '', level: 'info' as const, text: 'hello' };
    const work: Engine['power'] = async (_request, options) => {
      expect(options.door).toBe('portal');
      options.onRun?.(run());
      options.onLog?.(line);
      return run();
    };
    const { runner, seen } = situation({
      configure: work as never,
      power: work,
      resize: work as never,
      snapshot: work as never,
      onboard: work as never,
      repair: work as never,
      getRun: async () => run(),
    });
    const options = {
      onRun: () => told.push('run'),
      onLog: () => told.push('log'),
    };
    await runner.configure(
      { ...web, names: ['web-1'], dryRun: false },
      options,
    );
    await runner.power({ ...web, action: 'start' }, options);
    await runner.resize({ ...web, size: 'small', allowReboot: false }, options);
    await runner.snapshot(
      { ...web, action: 'create', snapshot: 's1' },
      options,
    );
    await runner.onboard(
      {
        ...web,
        owner: 'group:default/shop',
        address: '10.0.0.1',
        port: 22,
        loginUser: 'root',
        adminSshKeys: [],
        roles: [],
      },
      options,
    );
    await runner.repair(
      { ...who, runId: 'run-00001', remedy: 'undo' },
      options,
    );
    expect(told).toEqual(Array(6).fill(['run', 'log']).flat());
    expect(seen.filter(({ type }) => type === 'run')).toHaveLength(6);
    expect(seen.filter(({ type }) => type === 'log')).toHaveLength(6);
  });

  it('tells of a host that becomes a target, and of none where an app is deployed', async () => {
    const told: string[] = [];
    const work: Engine['deploy'] = async (_request, options) => {
      options.onRun?.(run());
      return run();
    };
    const { changes, runner, seen } = situation({
      register: work as never,
      deploy: work,
    });
    const options = { onRun: () => told.push('run') };
    await runner.register(
      { ...web, target: { style: 'ssh' }, adopt: false, dryRun: false },
      options,
    );
    expect(changes()).toEqual([{ connection: 'lab', vmIds: [101] }]);
    await runner.deploy(
      {
        ...{ ...who, app: 'shop', environment: 'dev', version: '1.0.0' },
        ...{ force: false, timeoutMinutes: 30, cancelOnTimeout: false },
        dryRun: false,
      },
      options,
    );
    expect(changes()).toHaveLength(1);
    expect(told).toEqual(['run', 'run']);
    expect(seen.filter(({ type }) => type === 'run')).toHaveLength(2);
  });

  it('tells which guests it changed, and of no others', async () => {
    const { changes, runner } = situation({
      power: async () => run(),
      configure: async () => run(),
    });
    await runner.power({ ...web, action: 'reboot' });
    expect(changes()).toEqual([{ connection: 'lab', vmIds: [101] }]);
    await runner.configure({
      ...web,
      names: ['web-1', 'web-2', 'old-1'],
      dryRun: false,
    });
    expect(changes().slice(1)).toEqual([
      { connection: 'lab', vmIds: [101, 102] },
      // No guest: only the record changed.
      { connection: '', vmIds: [] },
    ]);
  });

  it('tells of a host that only existed before it, or only exists since', async () => {
    const undone = situation({
      getRun: async () => run({ id: 'broken' }),
      repair: async () => {
        undone.world.managed = [];
        return run();
      },
    });
    await undone.runner.repair({ ...who, runId: 'broken', remedy: 'undo' });
    expect(undone.changes()).toEqual([{ connection: 'lab', vmIds: [101] }]);

    const onboarded = situation({
      onboard: async () => {
        onboarded.world.servers.push(
          fakeManagedServer('new-1', {
            guest: { connection: 'lab', vm_id: 120 },
          }),
        );
        return run();
      },
    });
    await onboarded.runner.onboard({
      ...web,
      name: 'new-1',
      owner: 'group:default/shop',
      address: '10.0.0.1',
      port: 22,
      loginUser: 'root',
      adminSshKeys: [],
      roles: [],
      checkedRunId: 'request-0000',
    });
    expect(onboarded.changes()).toEqual([{ connection: 'lab', vmIds: [120] }]);
  });

  it('fails as the engine does, and still tells of the hosts that it may have changed', async () => {
    const { changes, runner } = situation({
      power: async () => {
        throw new Error('no');
      },
    });
    await expect(runner.power({ ...web, action: 'stop' })).rejects.toThrow(
      'no',
    );
    expect(changes()).toEqual([{ connection: 'lab', vmIds: [101] }]);
  });

  it('does not need the records: the catalog looks again by itself', async () => {
    const { changes, runner, world } = situation({ power: async () => run() });
    world.bucketError = new Error('down');
    await runner.power({ ...web, action: 'start' });
    expect(changes()).toEqual([]);
  });
});

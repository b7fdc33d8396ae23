import type { RunDocument } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import { createRunIndex } from './runIndex';

const run = (id: string, change: Partial<RunDocument> = {}): RunDocument => ({
  version: 1,
  id,
  kind: 'provision',
  door: 'cli',
  workspace: 'shop-dev',
  app: 'shop',
  environment: 'dev',
  host: 'web-1',
  requestedBy: 'user:default/mia',
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'succeeded',
  cancelRequested: false,
  steps: [],
  leftovers: [],
  inputs: {},
  byHand: [],
  tools: {},
  ...change,
});

describe('the list of runs', () => {
  it('reads a run that is over once, and one that works only when it has changed', async () => {
    const store = createMemoryStore();
    const put = (document: RunDocument) =>
      store.put(
        `nante/shop-dev/runs/${document.id}.json`,
        JSON.stringify(document),
        { always: true },
      );
    await put(run('finished-run'));
    await put(run('working-run', { state: 'running' }));
    const get = jest.spyOn(store, 'get');
    const index = createRunIndex({
      active: new Map(),
      log: () => {},
      options: { workDirectory: '/nowhere' } as never,
      store: async () => store,
    });
    expect(await index.list()).toHaveLength(2);
    expect(get).toHaveBeenCalledTimes(2);
    await index.list();
    await index.get('finished-run');
    expect(get).toHaveBeenCalledTimes(2);
    await put(run('working-run'));
    expect((await index.list()).map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(get).toHaveBeenCalledTimes(3);
  });
});

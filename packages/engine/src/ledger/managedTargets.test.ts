import type { LedgerEntry, RunDocument } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import type { EngineContext } from '../context';
import { ledgerKey, serversKey } from '../store/keys';
import { managedTargets } from './managedTargets';

const entry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  id: 'octopus/deploy/target/web-1',
  system: 'octopus',
  connection: 'deploy',
  kind: 'target',
  outsideId: 'Machines-7',
  host: 'web-1',
  requestId: 'request-1',
  runId: 'run-1',
  state: 'created',
  thumbprint: 'AB12',
  undo: '',
  updatedAt: '2026-11-26T10:00:00.000Z',
  ...change,
});

async function given(objects: Record<string, unknown>, runs: RunDocument[]) {
  const store = createMemoryStore();
  for (const [key, value] of Object.entries(objects))
    await store.put(key, JSON.stringify(value), { always: true });
  const context = {
    store: async () => store,
    runs: { get: async (id: string) => runs.find(run => run.id === id) },
  } as unknown as Pick<EngineContext, 'runs' | 'store'>;
  return managedTargets(context);
}

describe('which machine of Octopus a host is', () => {
  it('is what the ledgers recorded and nothing that is gone, only meant, or of another kind', async () => {
    const targets = await given(
      {
        [ledgerKey('shop-eu-dev')]: {
          version: 1,
          entries: [
            entry({}),
            entry({ host: 'web-2', outsideId: '', state: 'intended' }),
            entry({ host: 'web-3', state: 'removed' }),
            entry({ kind: 'deployment', host: '' }),
          ],
        },
        // Its name could be split at either hyphen: the document knows.
        [serversKey('shop-eu-dev')]: {
          version: 1,
          app: 'shop-eu',
          environment: 'dev',
          servers: {},
        },
      },
      [],
    );
    expect(targets).toEqual([
      {
        app: 'shop-eu',
        environment: 'dev',
        host: 'web-1',
        connection: 'deploy',
        machineId: 'Machines-7',
        thumbprint: 'AB12',
        requestId: 'request-1',
        runId: 'run-1',
      },
    ]);
  });

  it('belongs to the app and environment of its run where it is a cluster and no host', async () => {
    const run = { id: 'run-1', app: 'shop', environment: 'prod' };
    const ledger = { version: 1, entries: [entry({ host: 'cluster-1' })] };
    expect(
      await given({ [ledgerKey('shop-prod')]: ledger }, [run as RunDocument]),
    ).toMatchObject([{ app: 'shop', environment: 'prod', host: 'cluster-1' }]);
    expect(await given({ [ledgerKey('shop-prod')]: ledger }, [])).toEqual([]);
  });
});

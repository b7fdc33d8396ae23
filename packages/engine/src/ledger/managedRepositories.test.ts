import type { LedgerEntry } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import { ledgerKey } from '../store/keys';
import { managedRepositories, repositoryEntryId } from './managedRepositories';

const entry = (change: Partial<LedgerEntry>): LedgerEntry => ({
  id: repositoryEntryId('github', 'acme/shop'),
  ...{ system: 'github', connection: 'github', kind: 'repository' },
  ...{ outsideId: '42', host: '', requestId: 'request-1', runId: 'run-1' },
  ...{ state: 'created', undo: '', updatedAt: '2026-11-26T10:00:00.000Z' },
  ...change,
});

async function given(ledgers: Record<string, LedgerEntry[]>) {
  const store = createMemoryStore();
  for (const [workspace, entries] of Object.entries(ledgers))
    await store.put(
      ledgerKey(workspace),
      JSON.stringify({ version: 1, entries }),
      { always: true },
    );
  return managedRepositories({ store: async () => store });
}

describe('which repositories are ours', () => {
  it('the ledgers of the apps say, with the name that they were made by and GitHub’s id', async () => {
    const found = await given({
      'releases.shop': [entry({})],
      'releases.shop-ui': [
        entry({
          id: repositoryEntryId('other', 'acme/shop-ui'),
          ...{ connection: 'other', outsideId: '43', state: 'intended' },
        }),
      ],
    });
    const sorted = found.toSorted((a, b) => a.app.localeCompare(b.app));
    expect(sorted).toEqual([
      {
        ...{ app: 'shop', connection: 'github', runId: 'run-1' },
        ...{ repository: 'acme/shop', repositoryId: '42' },
      },
      {
        ...{ app: 'shop-ui', connection: 'other', runId: 'run-1' },
        ...{ repository: 'acme/shop-ui', repositoryId: '43' },
      },
    ]);
  });

  it('and none that is gone, only meant, of another kind or system, or of hosts', async () => {
    expect(
      await given({
        'releases.shop': [
          entry({ state: 'removed' }),
          entry({ outsideId: '', state: 'intended' }),
          entry({ kind: 'pull-request', id: 'github/github/pull-request/x:y' }),
          entry({ system: 'nexus', id: 'nexus/nexus/repository/apps' }),
        ],
        'shop-dev': [entry({})],
      }),
    ).toEqual([]);
  });
});

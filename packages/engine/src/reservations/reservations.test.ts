import { environmentSchema } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import { claimAddress, hasFreeAddress } from './addresses';
import { addressKey, claim, release, vmIdKey } from './reservations';

const owner = (host: string, workspace = 'shop-dev') => ({
  workspace,
  host,
  requestId: `request-of-${host}`,
});
const dev = environmentSchema.parse({
  title: 'dev',
  connection: 'pve',
  vlan: 30,
  subnet: '10.30.0.0/24',
  gateway: '10.30.0.2',
  sizes: ['small'],
  addressing: { type: 'pool', from: '10.30.0.1', to: '10.30.0.4' },
});

describe('a reservation', () => {
  it('belongs to one owner over all workspaces until it is released', async () => {
    const store = createMemoryStore();
    const key = vmIdKey('pve', 20_000);
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map(host =>
        claim(store, key, owner(host, `${host}-dev`)),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    const winner = owner(
      'abcd'[results.indexOf(true)],
      `${'abcd'[results.indexOf(true)]}-dev`,
    );
    expect(await claim(store, key, winner)).toBe(true);
    await release(store, key, owner('somebody'));
    expect(await claim(store, key, owner('somebody'))).toBe(false);
    await release(store, key, winner);
    expect(await claim(store, key, owner('somebody'))).toBe(true);
  });

  it('is free again when its run is over, its host unknown, and an hour has passed', async () => {
    const store = createMemoryStore();
    const key = addressKey('dev', '10.30.0.1');
    const old = (claimedAt: string) =>
      store.put(
        key,
        JSON.stringify({
          version: 1,
          state: 'claimed',
          owner: owner('lost'),
          claimedAt,
        }),
        { always: true },
      );
    await old(new Date().toISOString());
    expect(await claim(store, key, owner('web'))).toBe(false);
    await old('2026-01-01T00:00:00.000Z');
    expect(await claim(store, key, owner('web'))).toBe(true);
  });

  it('hands out each address of the pool once, never the gateway, and says when none is left', async () => {
    const store = createMemoryStore();
    const take = (host: string) =>
      claimAddress(store, 'dev', dev, owner(host), null, async () => {});
    const given = [await take('a'), await take('b'), await take('c')];
    expect(given).toEqual(['10.30.0.1', '10.30.0.3', '10.30.0.4']);
    expect(await hasFreeAddress(store, 'dev', dev)).toBe(false);
    await expect(take('d')).rejects.toThrow('Every address of the pool of dev');
    expect(
      await claimAddress(
        store,
        'dev',
        dev,
        owner('b'),
        '10.30.0.3',
        async () => {},
      ),
    ).toBe('10.30.0.3');
  });
});

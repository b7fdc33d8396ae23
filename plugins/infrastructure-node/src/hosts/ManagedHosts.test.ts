import type { ManagedHost } from '@nante/engine';
import { fakeManagedHost } from '../testing/fakeEngine';
import { ManagedHosts } from './ManagedHosts';

describe('what the bucket knows of our hosts', () => {
  it('is asked anew for a catalog that must see the owner of a host that was made a second ago', async () => {
    const answers: ManagedHost[][] = [[], [fakeManagedHost(20000)]];
    const hosts = new ManagedHosts(
      {
        managedHosts: async () =>
          answers.shift() ?? Promise.reject(new Error('away')),
        managedServers: async () => [],
        managedTargets: async () => [],
        getRun: async () => undefined,
      },
      () => 0,
    );

    const empty = { hosts: [], servers: [], targets: [] };
    expect(await hosts.read()).toEqual(empty);
    expect(await hosts.read()).toEqual(empty);
    expect((await hosts.readAnew())?.hosts).toHaveLength(1);
    // Pages keep the last good answer; a catalog would take owners away with it.
    expect(await hosts.readAnew()).toBeUndefined();
    expect((await hosts.read())?.hosts).toHaveLength(1);
  });
});

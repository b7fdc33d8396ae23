import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createProxmoxClient } from './ProxmoxClient';

describe('a guest that runs', () => {
  let pve: TestSystem;
  beforeAll(async () => {
    pve = await startSystem('proxmox');
    await fetch(`${pve.endpoint.control}/time-scale`, {
      method: 'POST',
      body: JSON.stringify({ factor: 0.02 }),
    });
  });
  afterAll(() => pve.stop());

  it('makes a snapshot, returns to it and removes it, and says what waits for a start', async () => {
    const { provision } = pve.endpoint.tokens as Record<string, string>;
    const [tokenId, tokenSecret] = provision.split('=');
    const api = createProxmoxClient({
      url: pve.endpoint.url,
      caFile: pve.endpoint.ca,
      tokenId,
      tokenSecret,
    });
    const { guests } = await api.resources();
    for (const kind of ['vm', 'lxc'] as const) {
      const guest = guests.find(
        each => each.kind === kind && each.status === 'running',
      )!;
      const at = [guest.node, kind, guest.vmId] as const;
      const done = async (task: Promise<string | undefined>) =>
        expect((await api.waitForTask(`${await task}`)).warnings).toBe(0);
      expect(await api.canSnapshot(...at)).toBe(true);
      expect(await api.pendingChanges(...at)).toEqual([]);
      const wanted = { name: 'before', description: 'by a test' };
      await done(api.createSnapshot(...at, wanted));
      expect(await api.snapshots(...at)).toMatchObject([
        { ...wanted, withMemory: false },
      ]);
      await done(api.rollbackSnapshot(...at, 'before', { start: true }));
      expect(await api.guestStatus(...at)).toMatchObject({ status: 'running' });
      await done(api.rollbackSnapshot(...at, 'before'));
      expect(await api.guestStatus(...at)).toMatchObject({ status: 'stopped' });
      await done(api.deleteSnapshot(...at, 'before'));
      expect(await api.snapshots(...at)).toEqual([]);
      const disk = kind === 'vm' ? 'scsi0' : 'rootfs';
      await done(api.growDisk(...at, disk, 900));
      const { raw } = await api.guestConfig(...at);
      expect(raw[disk]).toContain('size=900G');
    }
    const container = guests.find(({ kind }) => kind === 'lxc')!;
    const { node, vmId } = container;
    await api.setContainerMemory(node, vmId, 768);
    expect(await api.guestConfig(node, 'lxc', vmId)).toMatchObject({
      memoryMb: 768,
    });
  });
});

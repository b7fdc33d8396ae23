import type { GuestSpec } from './driver';
import { createRecordDriver } from './record';

function spec(vmid: number, vlan: number | null): GuestSpec {
  const end = vmid.toString(16).padStart(4, '0');
  return {
    vmid,
    kind: 'lxc',
    hostname: `host-${vmid}`,
    cores: 1,
    memoryMb: 256,
    diskGb: 8,
    sshKeys: [],
    networks: [
      {
        bridge: 'vmbr0',
        vlan,
        mac: `BC:24:11:00:${end.slice(0, 2)}:${end.slice(2)}`,
        address: 'dhcp',
      },
    ],
  };
}

const drivers = () => ({
  seeded: createRecordDriver({ bootMs: 0, leases: 'seeded' }),
  made: createRecordDriver({ bootMs: 0 }),
});
type Drivers = ReturnType<typeof drivers>;

async function addressOf(driver: Drivers['made'], vmid: number) {
  const cards = await driver.interfaces(vmid);
  return cards?.find(({ name }) => name === 'eth0')?.addresses[0].address;
}

it('gives each guest an address of its own, seeded or made, few or many', async () => {
  const { seeded, made } = drivers();
  const addresses = new Set<string | undefined>();
  // Tags with the same low byte share what is beyond their subnets.
  for (const vlan of [null, 30, 286])
    for (let index = 0; index < 300; index += 1) {
      const vmid = 100 + index + (vlan ?? 0) * 1000;
      await seeded.start(spec(vmid, vlan));
      await made.start(spec(vmid, vlan));
      addresses.add(await addressOf(seeded, vmid));
      addresses.add(await addressOf(made, vmid));
    }
  expect(addresses.size).toBe(1800);
  for (const address of addresses) expect(address).not.toMatch(/\.(0|1|255)$/);
});

it('gives a guest the same address after a restart, and another in another network', async () => {
  const first = drivers().made;
  for (const vmid of [507, 503, 510]) await first.start(spec(vmid, 40));
  const again = drivers().made;
  for (const vmid of [503, 507, 510]) await again.start(spec(vmid, 40));
  for (const vmid of [503, 507, 510])
    expect(await addressOf(again, vmid)).toBe(await addressOf(first, vmid));
  expect(await addressOf(again, 503)).toMatch(/^10\.40\.0\.2\d\d$/);
  await again.stop(503);
  await again.start(spec(503, 50));
  expect(await addressOf(again, 503)).toMatch(/^10\.50\.0\.2\d\d$/);
});

it('never answers when its guest never boots', async () => {
  const { made } = drivers();
  await made.start({ ...spec(500, 30), neverBoots: true });
  expect(made.status(500)).toBe('running');
  expect(await made.interfaces(500)).toBeUndefined();
  await made.stop(500);
  await made.start(spec(500, 30));
  expect(await addressOf(made, 500)).toMatch(/^10\.30\.0\./);
});

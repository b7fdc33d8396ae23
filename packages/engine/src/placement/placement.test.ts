import type { ProxmoxResources } from '@nante/clients';
import { policySchema } from '@nante/model';
import { missingRights } from '../policy/rights';
import type { Image } from './images';
import { choosePlacement } from './placement';

const gib = 1024 ** 3;
const node = (
  name: string,
  freeGib: number,
  status: 'online' | 'offline' = 'online',
) => ({
  name,
  status,
  cores: 8,
  memory: 64 * gib,
  memoryUsed: (64 - freeGib) * gib,
});
const storage = (
  name: string,
  on: string,
  freeGib: number,
  more: object = {},
) => ({
  name,
  node: on,
  status: 'available' as const,
  shared: false,
  content: ['images', 'rootdir'],
  type: 'lvmthin',
  size: 500 * gib,
  used: (500 - freeGib) * gib,
  ...more,
});
const resources: ProxmoxResources = {
  guests: [],
  nodes: [node('pve1', 8), node('pve2', 32), node('pve3', 60, 'offline')],
  storages: [
    storage('local-lvm', 'pve1', 100),
    storage('local-lvm', 'pve2', 50),
    storage('ceph', 'pve1', 400, { shared: true, type: 'rbd' }),
    storage('ceph', 'pve2', 400, { shared: true, type: 'rbd' }),
  ],
};
const image = (change: Partial<Image>): Image => ({
  id: '9000',
  kind: 'vm',
  templateVmId: 9000,
  templateNode: 'pve1',
  templateFile: null,
  osType: 'unmanaged',
  agent: true,
  minimumDiskGb: 8,
  storage: 'local-lvm',
  nodes: ['pve1'],
  createdAt: 1,
  ...change,
});
const size = { cores: 1, memoryMb: 1024, diskGb: 20 };
const policy = policySchema.parse({});

describe('placement', () => {
  it('takes the node with the most free memory that holds the template, and the storage with the most room', () => {
    const local = choosePlacement({ kind: 'vm' }, size, policy, resources, [
      image({}),
    ]).placement;
    expect(local).toMatchObject({
      node: 'pve1',
      storage: 'ceph',
      fullClone: true,
    });
    const shared = choosePlacement({ kind: 'vm' }, size, policy, resources, [
      image({ storage: 'ceph', nodes: ['pve1', 'pve2'] }),
    ]).placement;
    expect(shared).toMatchObject({
      node: 'pve2',
      storage: 'ceph',
      fullClone: false,
    });
    const allowed = choosePlacement(
      { kind: 'vm' },
      size,
      { ...policy, storages: ['local-lvm'] },
      resources,
      [image({})],
    ).placement;
    expect(allowed).toMatchObject({ storage: 'local-lvm', fullClone: false });
  });

  it.each([
    [{ image: '4711' }, {}, 'The template VM 4711 is not there any more'],
    [{ node: 'pve3' }, {}, 'The node pve3 is not online'],
    [{ node: 'pve2' }, {}, 'lies on pve1'],
    [
      { storage: 'local-lvm' },
      { diskGb: 150 },
      'has 100 GiB free, and the disk needs 150 GiB',
    ],
    [{}, { diskGb: 4 }, 'has 8 GiB, and a disk cannot shrink'],
  ])('of %j says what is wrong', (request, change, message) => {
    const { checks, placement } = choosePlacement(
      { kind: 'vm', ...request },
      { ...size, ...change },
      policy,
      resources,
      [image({})],
    );
    expect(
      checks
        .filter(({ ok }) => !ok)
        .map(check => check.message)
        .join(' '),
    ).toContain(message);
    expect(placement).toBeUndefined();
  });
});

it('a missing right is named with its path, inherited ones count', () => {
  const needed = [
    { path: '/vms/9000', privileges: ['VM.Clone'] },
    { path: '/vms/20000', privileges: ['VM.Allocate'] },
    { path: '/storage/ceph', privileges: ['Datastore.AllocateSpace'] },
    { path: '/vms/20000', privileges: ['VM.GuestAgent.Audit', 'VM.Monitor'] },
  ];
  const permissions = {
    '/': ['Datastore.AllocateSpace'],
    '/vms': ['VM.Allocate', 'VM.Monitor'],
    '/vms/9000': ['VM.Audit'],
  };
  expect(missingRights(permissions, needed)).toEqual(['VM.Clone on /vms/9000']);
});

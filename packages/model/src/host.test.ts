import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hostsDocumentSchema } from './host';

const folder = resolve(__dirname, '../../../terraform/examples');
const examples = readdirSync(folder).filter(name => name.endsWith('.json'));
const read = (name: string) =>
  JSON.parse(readFileSync(resolve(folder, name), 'utf8'));

it.each(examples)('%s is a good document, and nothing in it is lost', name => {
  const document = read(name);
  expect(hostsDocumentSchema.parse(document)).toMatchObject(document);
});

it('adds nothing to a document that has none of the optional fields', () => {
  const { hosts } = hostsDocumentSchema.parse(read('vm.tfvars.json'));
  expect(Object.keys(hosts['web-1']).sort()).toEqual(
    [
      ...['agent', 'cores', 'disk_gb', 'image', 'kind', 'memory_mb', 'network'],
      ...['node', 'owner', 'pool', 'request_id', 'ssh_keys', 'storage'],
      ...['tags', 'user', 'vm_id'],
    ].sort(),
  );
});

it.each([
  [
    'a disk in the place of the system disk',
    { disks: [{ interface: 'scsi0', size_gb: 1 }] },
  ],
  [
    'a mount that leaves its folder',
    { mounts: [{ path: '/srv/../etc', size_gb: 1 }] },
  ],
  ['a feature that no token may set', { features: ['keyctl'] }],
  [
    'more cards than Proxmox has',
    { networks: Array(8).fill({ bridge: 'vmbr0', address: 'dhcp' }) },
  ],
])('refuses %s', (_what, change) => {
  const document = read('lxc.tfvars.json');
  Object.assign(document.hosts['cache-1'], change);
  expect(hostsDocumentSchema.safeParse(document).success).toBe(false);
});

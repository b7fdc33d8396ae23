// Create, plan without change, update and destroy of a virtual machine, a container and every example by the product's
// Terraform root, and adoption of guests that are there: on the sandbox's Proxmox, with the real provider out of a mirror
// or with the sandbox's stand-in of it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '@nante/sandbox';
import { listByProxmoxer } from '../lib/proxmoxer';
import { part, runScenario, say, SkipScenario } from '../lib/report';
import { SandboxView, temporaryFolder } from '../lib/sandbox';
import { TerraformRoot } from '../lib/terraform';
import { adoptGuests } from '../lib/terraformAdoption';
import { plan as planHosts, tryExamples } from '../lib/terraformExamples';

const app = 'shop';
const environment = 'dev';
const workspace = `${app}-${environment}`;
const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 verify@example.test';

interface GuestConfig {
  cores?: unknown;
  memory?: unknown;
  tags?: string;
  description?: string;
  name?: string;
  hostname?: string;
  net0?: string;
  scsi0?: string;
  rootfs?: string;
}

const common = {
  owner: 'group:default/shop',
  storage: 'vmdata',
  ssh_keys: [sshKey],
};
const network = (address: string) => ({
  bridge: 'vmbr0',
  vlan: 30,
  address: `${address}/24`,
  gateway: '10.30.0.1',
});
const vm = {
  ...common,
  kind: 'vm',
  request_id: 'verify-provider-vm',
  node: 'pve1',
  vm_id: 20_001,
  cores: 1,
  memory_mb: 1024,
  disk_gb: 10,
  image: { template_vm_id: 9000, template_node: 'pve1', full_clone: true },
  network: network('10.30.0.101'),
  user: 'ops',
  tags: ['verify'],
};
const container = {
  ...common,
  kind: 'lxc',
  request_id: 'verify-provider-lxc',
  node: 'pve2',
  vm_id: 20_002,
  cores: 1,
  memory_mb: 512,
  disk_gb: 8,
  image: {
    template_file: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    os_type: 'debian',
  },
  network: network('10.30.0.102'),
  user: 'root',
  tags: ['verify'],
};
type Host = typeof vm | typeof container;
const larger = <H extends Host>(host: H): H => ({
  ...host,
  cores: 2,
  memory_mb: 2048,
  tags: ['later', 'verify'],
});

void runScenario('provider', async undo => {
  const { values } = parseArgs({ options: { mirror: { type: 'string' } } });
  if (values.mirror && !existsSync(values.mirror))
    throw new SkipScenario(`there is no mirror ${values.mirror}`);

  const folder = temporaryFolder(undo);
  const sandbox = await part('Sandbox', () =>
    startSandbox({
      dataDir: path.join(folder, 'sandbox'),
      guests: 'record',
      systems: ['s3', 'proxmox'],
    }),
  );
  undo.push(() => sandbox.stop());
  const { endpoints } = sandbox;
  const view = new SandboxView(endpoints);
  const terraform = new TerraformRoot(folder, endpoints, values.mirror);

  const plan = (expected: 'change' | 'no change') =>
    planHosts(terraform, expected);
  const apply = () => terraform.run(['apply', '-no-color', 'plan']);
  const config = async (host: Host) => {
    const type = host.kind === 'vm' ? 'qemu' : 'lxc';
    const { status, data } = await view.proxmox(
      `/nodes/${host.node}/${type}/${host.vm_id}/config`,
    );
    return status === 200 ? (data as GuestConfig) : undefined;
  };
  const assertRuns = async (host: Host) => {
    const type = host.kind === 'vm' ? 'qemu' : 'lxc';
    const { data } = await view.proxmox(
      `/nodes/${host.node}/${type}/${host.vm_id}/status/current`,
    );
    const { status } = data as { status: string };
    assert.equal(status, 'running', `${host.kind} runs`);
  };
  const assertGuest = async (name: string, host: Host) => {
    const found = await config(host);
    assert.ok(found, `${name} is in Proxmox`);
    // A cluster answers numbers, whatever Terraform sent; as a string every later plan would show a change.
    assert.equal(found.cores, host.cores, `cores of ${name}, a number`);
    assert.equal(Number(found.memory), host.memory_mb, `memory of ${name}`);
    assert.deepEqual(
      (found.tags ?? '').split(';').sort(),
      [`app.${app}`, `env.${environment}`, 'nante', ...host.tags].sort(),
    );
    const stamp = `nante: app=${app} environment=${environment} host=${name} request=${host.request_id}`;
    assert.ok(
      (found.description ?? '').split('\n').includes(stamp),
      `the description of ${name} has the line "${stamp}"`,
    );
    assert.equal(found.name ?? found.hostname, name);
    assert.match(String(found.net0), /tag=30/);
    assert.match(
      String(found.scsi0 ?? found.rootfs),
      new RegExp(`size=${host.disk_gb}G`),
    );
    await assertRuns(host);
  };

  await part('Init', async () => {
    await terraform.run([
      'init',
      '-no-color',
      `-backend-config=bucket=${view.bucket}`,
    ]);
    await terraform.run(['workspace', 'new', '-no-color', workspace]);
  });
  const version = values.mirror ? await terraform.providerVersion() : undefined;
  if (values.mirror) assert.ok(version, 'the provider came from the mirror');
  const provider = version ? `bpg/proxmox ${version}` : 'stand-in';
  say(`Provider: ${provider}`);

  await part('Create a virtual machine and a container', async () => {
    terraform.setHosts(app, environment, { web: vm, cache: container });
    await plan('change');
    await apply();
    await assertGuest('web', vm);
    await assertGuest('cache', container);
  });
  await part('Plan without change', () => plan('no change'));

  const listed = await part('List by proxmoxer', () =>
    listByProxmoxer(folder, endpoints),
  );
  if (typeof listed === 'string') say(`proxmoxer is not here: ${listed}`);
  else {
    for (const guest of listed)
      say(
        `  ${guest.vmid} ${guest.type} ${guest.name} ${guest.status} cores=${JSON.stringify(guest.config.cores)}`,
      );
    assert.deepEqual(
      listed
        .map(({ vmid, name, type, status, config: { cores } }) => ({
          vmid,
          name,
          type,
          status,
          cores,
        }))
        .sort((a, b) => a.vmid - b.vmid),
      [
        {
          vmid: 20_001,
          name: 'web',
          type: 'qemu',
          status: 'running',
          cores: 1,
        },
        {
          vmid: 20_002,
          name: 'cache',
          type: 'lxc',
          status: 'running',
          cores: 1,
        },
      ],
    );
  }

  await part('Update cores, memory and tags', async () => {
    terraform.setHosts(app, environment, {
      web: larger(vm),
      cache: larger(container),
    });
    await plan('change');
    await apply();
    await assertGuest('web', larger(vm));
    await assertGuest('cache', larger(container));
    await plan('no change');
  });

  await part('Destroy the virtual machine; the container stays', async () => {
    terraform.setHosts(app, environment, { cache: larger(container) });
    await plan('change');
    const { output } = await apply();
    assert.match(output, /0 added, 0 changed, 1 destroyed/);
    assert.equal(await config(vm), undefined);
    await assertGuest('cache', larger(container));
    await plan('no change');
  });
  await part('Destroy the container', async () => {
    terraform.setHosts(app, environment, {});
    await plan('change');
    await apply();
    assert.equal(await config(container), undefined);
  });

  const tried = await part('Every example', () => tryExamples(terraform, view));
  const adoption = await part('Adopt a virtual machine and a container', () =>
    adoptGuests(
      new TerraformRoot(
        temporaryFolder(undo),
        endpoints,
        values.mirror,
        'terraform/examples/adopt',
      ),
      view,
    ),
  );

  const guests = (await view.guestsMade()).length;
  const { output: state } = await terraform.run(['state', 'list']);
  const locks = (await view.objects('')).filter(key => key.endsWith('.tflock'));
  assert.equal(guests, 0, 'guests in Proxmox');
  assert.equal(state.trim(), '', 'addresses in the state');
  assert.deepEqual(locks, [], 'locks in the bucket');
  return {
    provider,
    kinds: ['vm', 'lxc'],
    examples: tried,
    adoption,
    guestsLeft: guests,
    addressesInState: 0,
    locksLeft: locks.length,
    proxmoxer:
      typeof listed === 'string' ? `skipped: ${listed}` : listed.length,
  };
});

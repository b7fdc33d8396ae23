import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import type { SandboxView } from './sandbox';
import type { TerraformRoot } from './terraform';

/** One of `terraform/examples`: a document for the product's root. */
interface Example {
  name: string;
  hosts: Record<string, ExampleHost>;
}

interface ExampleHost {
  kind: 'vm' | 'lxc';
  node: string;
  vm_id: number;
  protection?: boolean;
}

/** All documents among the examples. */
function examples(): Example[] {
  const folder = path.join(root, 'terraform/examples');
  return readdirSync(folder)
    .filter(name => name.endsWith('.tfvars.json'))
    .sort()
    .map(name => {
      const { hosts } = JSON.parse(
        readFileSync(path.join(folder, name), 'utf8'),
      ) as { hosts: Record<string, ExampleHost> };
      return { name: name.replace('.tfvars.json', ''), hosts };
    });
}

/** What Terraform says a plan would do. */
export async function plan(
  terraform: TerraformRoot,
  expected: 'change' | 'no change',
): Promise<string> {
  const { code, output } = await terraform.run(
    [
      'plan',
      '-no-color',
      '-detailed-exitcode',
      '-var-file=hosts.json',
      '-out=plan',
    ],
    [0, 2],
  );
  assert.equal(code, expected === 'change' ? 2 : 0, `planned ${expected}`);
  return output;
}

/** What an example is about, as the guest's configuration in Proxmox shows it. */
const promised: Record<string, Record<string, RegExp>> = {
  vm: { scsi0: /size=20G/, ipconfig0: /ip=dhcp/ },
  'vm-from-image': { scsi0: /size=20G/, cpu: /^host$/, onboot: /^0$/ },
  'vm-disks-and-networks': {
    scsi1: /size=100G/,
    scsi2: /backup=0.*size=50G/,
    net1: /tag=40/,
    net2: /tag=50/,
    ipconfig1: /^ip=10\.40\.0\.17\/24$/,
  },
  lxc: { net0: /ip=10\.30\.0\.15\/24/ },
  'lxc-mounts-and-networks': {
    mp0: /mp=\/srv\/data.*size=50G/,
    mp1: /mp=\/srv\/archive.*ro=1/,
    net1: /ip=10\.40\.0\.18\/24.*name=eth1|name=eth1.*ip=10\.40\.0\.18\/24/,
    features: /^nesting=1$/,
  },
  'lxc-from-template': { dev0: /^\/dev\/net\/tun$/, hostname: /^gateway-1$/ },
};

/**
 * Makes the hosts of all examples, plans them again, and takes them away; a protected one after it is protected no more.
 *
 * @returns names of the examples
 */
export async function tryExamples(
  terraform: TerraformRoot,
  view: SandboxView,
): Promise<string[]> {
  const all = examples();
  const hosts = Object.assign({}, ...all.map(example => example.hosts));
  const apply = async (wanted: Record<string, object>) => {
    terraform.setHosts('shop', 'dev', wanted);
    await plan(terraform, 'change');
    await terraform.run(['apply', '-no-color', 'plan']);
  };
  await apply(hosts);
  for (const example of all) await assertPromise(view, example);
  await plan(terraform, 'no change');
  await apply(
    Object.fromEntries(
      Object.entries<ExampleHost>(hosts).map(([name, host]) => [
        name,
        { ...host, protection: false },
      ]),
    ),
  );
  await apply({});
  assert.deepEqual(await view.guestsMade(), [], 'guests left');
  return all.map(({ name }) => name);
}

async function assertPromise(
  view: SandboxView,
  { name, hosts }: Example,
): Promise<void> {
  const [host] = Object.values(hosts);
  const type = host.kind === 'vm' ? 'qemu' : 'lxc';
  const { status, data } = await view.proxmox(
    `/nodes/${host.node}/${type}/${host.vm_id}/config`,
  );
  assert.equal(status, 200, `the guest of ${name} is in Proxmox`);
  const config = data as Record<string, unknown>;
  const wanted: Record<string, RegExp> = {
    ...promised[name],
    protection: host.protection ? /^1$/ : /^(?:0|undefined)$/,
  };
  assert.ok(promised[name], `somebody says what example ${name} is about`);
  for (const [option, pattern] of Object.entries(wanted))
    assert.match(String(config[option]), pattern, `${option} of ${name}`);
}

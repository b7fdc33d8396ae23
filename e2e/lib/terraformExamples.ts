import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import type { SandboxView } from './sandbox';
import type { TerraformRoot } from './terraform';

/** One of `terraform/examples`: a document for the product's root. */
export interface Example {
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
export function examples(): Example[] {
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

/**
 * Makes the hosts of an example, plans them again, and takes them away.
 *
 * @returns configuration of each guest as Proxmox answered it, by name
 */
export async function tryExample(
  terraform: TerraformRoot,
  view: SandboxView,
  { name, hosts }: Example,
): Promise<Record<string, Record<string, unknown>>> {
  const set = (wanted: object) => terraform.setHosts('shop', 'dev', wanted);
  const apply = () => terraform.run(['apply', '-no-color', 'plan']);
  set(hosts);
  await plan(terraform, 'change');
  await apply();
  const made: Record<string, Record<string, unknown>> = {};
  for (const [host, { kind, node, vm_id: id }] of Object.entries(hosts)) {
    const type = kind === 'vm' ? 'qemu' : 'lxc';
    const { status, data } = await view.proxmox(
      `/nodes/${node}/${type}/${id}/config`,
    );
    assert.equal(status, 200, `${name}: ${host} is in Proxmox`);
    made[host] = data as Record<string, unknown>;
  }
  await plan(terraform, 'no change');

  const open = Object.fromEntries(
    Object.entries(hosts).map(([host, desired]) => [
      host,
      { ...desired, protection: false },
    ]),
  );
  if (Object.values(hosts).some(({ protection }) => protection)) {
    set(open);
    await plan(terraform, 'change');
    await apply();
  }
  set({});
  await plan(terraform, 'change');
  await apply();
  assert.deepEqual(await view.guestsMade(), [], `${name}: guests left`);
  return made;
}

import assert from 'node:assert/strict';
import type { SandboxView } from './sandbox';
import type { TerraformRoot } from './terraform';

interface Row {
  type: 'qemu' | 'lxc';
  node: string;
  vmid: number;
  template?: number;
  status: string;
}

/** What stands in a property string such as `virtio=…,bridge=vmbr0,tag=30`. */
function property(text: unknown, name: string): string {
  return (
    new RegExp(`(?:^|,)${name}=([^,]+)`).exec(String(text ?? ''))?.[1] ?? ''
  );
}

/** A seeded VM and a seeded container as `terraform/examples/adopt` wants them described. */
async function describeGuests(view: SandboxView) {
  const { data } = await view.proxmox('/cluster/resources?type=vm');
  const find = (type: Row['type']) => {
    const row = (data as Row[]).find(
      item => item.type === type && !item.template && item.status === 'running',
    );
    assert.ok(row, `a running ${type}`);
    return row;
  };
  const config = async ({ node, type, vmid }: Row) =>
    (await view.proxmox(`/nodes/${node}/${type}/${vmid}/config`))
      .data as Record<string, string>;
  const [vm, container] = [find('qemu'), find('lxc')];
  const [machine, box] = [await config(vm), await config(container)];
  const common = (row: Row, found: Record<string, string>) => ({
    node: row.node,
    vm_id: row.vmid,
    cores: Number(found.cores),
    memory_mb: Number(found.memory),
    description: found.description.trim(),
    tags: found.tags.split(';'),
  });
  const network = (card: string, mac: string) => ({
    bridge: property(card, 'bridge'),
    vlan: Number(property(card, 'tag')),
    mac: property(card, mac),
  });
  return {
    vms: {
      [machine.name]: {
        ...common(vm, machine),
        disks: [
          {
            interface: 'scsi0',
            storage: machine.scsi0.split(':')[0],
            size_gb: parseInt(property(machine.scsi0, 'size'), 10),
            discard: 'on',
          },
        ],
        networks: [network(machine.net0, 'virtio')],
      },
    },
    containers: {
      [box.hostname]: {
        ...common(container, box),
        disk_gb: parseInt(property(box.rootfs, 'size'), 10),
        storage: box.rootfs.split(':')[0],
        nesting: property(box.features, 'nesting') === '1',
        networks: [
          {
            ...network(box.net0, 'hwaddr'),
            name: 'eth0',
            address: property(box.net0, 'ip'),
          },
        ],
      },
    },
  };
}

/**
 * Adopts a VM and a container that were made elsewhere: a wrong description shows the differences, a right one plans no
 * change, and nothing in Proxmox is touched by either.
 *
 * @param terraform - works on a copy of `terraform/examples/adopt`
 * @returns what the two plans said
 */
export async function adoptGuests(
  terraform: TerraformRoot,
  view: SandboxView,
): Promise<{ differing: string; adopted: string }> {
  const described = await describeGuests(view);
  const file = 'guests.auto.tfvars.json';
  const plan = async (expected: 0 | 2) => {
    const { code, output } = await terraform.run(
      ['plan', '-no-color', '-detailed-exitcode', '-out=adopt.tfplan'],
      [0, 2],
    );
    assert.equal(code, expected, 'exit code of the plan');
    return /Plan: (.*)/.exec(output)?.[1] ?? 'No changes';
  };
  await terraform.run(['init', '-no-color']);
  await view.forgetRequests();

  const [name] = Object.keys(described.vms);
  const wrong = structuredClone(described);
  wrong.vms[name].cores += 1;
  terraform.write(file, wrong);
  const differing = await plan(2);
  assert.match(differing, /2 to import, 0 to add, 1 to change, 0 to destroy/);

  terraform.write(file, described);
  const adopted = await plan(2);
  assert.match(adopted, /2 to import, 0 to add, 0 to change, 0 to destroy/);
  await terraform.run(['apply', '-no-color', 'adopt.tfplan']);
  await plan(0);

  terraform.write(file, wrong);
  const later = await plan(2);
  assert.match(later, /0 to add, 1 to change, 0 to destroy/);
  const { mutating } = await view.requests();
  assert.equal(mutating, 0, 'requests that change something in Proxmox');
  return { differing, adopted };
}

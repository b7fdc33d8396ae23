import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListHostsResponse } from '@nante/plugin-infrastructure-common';
import { clearFaults, setFault } from './faults';
import type { KillablePortal } from './killablePortal';
import type { PortalApi } from './portalApi';
import type { SandboxView } from './sandbox';

/** Two looks of the catalog at Proxmox, in milliseconds; the sandbox's portal looks every 20 s. */
const TWO_LOOKS = 45_000;

/** Proxmox is away, answers with nothing, or has a guest that no catalog takes. */
export async function runCatalogFaults(
  portal: KillablePortal,
  ada: PortalApi,
  sandbox: SandboxView,
): Promise<Record<string, number>> {
  const { endpoints } = portal;
  const before = await until(
    'the catalog has every guest',
    () => entityNames(ada),
    names => names.length >= 35,
  );

  await setFault(endpoints, 'proxmox', { kind: 'empty' });
  await sleep(TWO_LOOKS);
  assert.deepEqual(await entityNames(ada), before, 'nothing is deleted');
  const stale = await overview(ada);
  assert.equal(stale.connections[0].ok, false, 'the page says stale');
  assert.match(stale.connections[0].error ?? '', /kept/);
  assert.equal(stale.hosts.length, before.length);
  assert.ok(stale.hosts.every(host => host.state === 'Unknown'));
  await clearFaults(endpoints, 'proxmox');
  await until(
    'Proxmox is believed again',
    () => overview(ada),
    ({ connections }) => connections[0].ok,
  );

  const bad = stale.hosts[0];
  await setFault(endpoints, 'proxmox', { kind: 'bad-name', vmid: bad.vmId });
  await sleep(TWO_LOOKS);
  const others = before.filter(name => !name.endsWith(`-${bad.vmId}`));
  const now = await entityNames(ada);
  assert.deepEqual(
    others.filter(name => !now.includes(name)),
    [],
    'the others stay',
  );
  assert.ok((await overview(ada)).connections[0].ok);
  await clearFaults(endpoints, 'proxmox');

  await setFault(endpoints, 'proxmox', { kind: 'refuse' });
  const task = await ada.submit('new-virtual-machine', {
    name: 'nobody-home',
    app: 'component:default/shop',
    owner: 'group:default/shop',
    placement: { environment: 'dev', size: 'small' },
    sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3 ada@test'],
    requestId: randomUUID(),
  });
  assert.equal(await ada.waitForTask(task, 90_000), 'failed');
  const log = (await ada.taskLog(task)).join('\n');
  assert.match(log, /does not answer|cannot be reached|unreachable/i, log);
  assert.deepEqual(await sandbox.guestsMade(), []);
  await clearFaults(endpoints, 'proxmox');
  await until(
    'Proxmox answers again',
    () => overview(ada),
    ({ connections }) => connections[0].ok,
  );
  return { guests: before.length, keptWithBadName: now.length };
}

function overview(ada: PortalApi): Promise<ListHostsResponse> {
  return ada.call('/infrastructure/hosts');
}

/** Names of the guests' entities, sorted. */
async function entityNames(ada: PortalApi): Promise<string[]> {
  const { items } = await ada.call<{
    items: { metadata: { name: string } }[];
  }>(
    '/catalog/entities/by-query?limit=500&fields=metadata.name&filter=kind=resource,spec.type=virtual-machine&filter=kind=resource,spec.type=container',
  );
  return items.map(({ metadata }) => metadata.name).sort();
}

async function until<T>(
  what: string,
  look: () => Promise<T>,
  enough: (found: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (enough(found)) return found;
    if (Date.now() > deadline) {
      throw new Error(`Not within a minute: ${what}; ${JSON.stringify(found)}`);
    }
    await sleep(1_000);
  }
}

// The same request twice makes one machine, and after its destruction nothing is left: both kinds, through the portal.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PortalApi } from '../lib/portalApi';
import { until } from '../lib/until';
import { part, runScenario, say } from '../lib/report';
import {
  followTask,
  submitDestroy,
  submitHost,
  type EndedTask,
  type HostForm,
} from '../lib/requests';
import { SandboxView } from '../lib/sandbox';
import { startStack } from '../lib/stack';

const environment = 'dev';
const workspace = `shop-${environment}`;
const hosts = [
  {
    kind: 'vm',
    name: 'twice-vm',
    creation: /^POST .*\/qemu\/\{vmid\}\/clone$/,
  },
  { kind: 'lxc', name: 'twice-ct', creation: /^POST .*\/lxc$/ },
] as const;

interface RunAnswer {
  run: { id: string; state: string; steps: { id: string; state: string }[] };
}
interface LedgerObject {
  entries: { host: string; state: string }[];
}

const succeeded = (task: EndedTask): EndedTask & { vmId: number } => {
  assert.equal(task.status, 'completed', task.error);
  assert.ok(task.vmId, 'the task names the guest');
  return { ...task, vmId: task.vmId };
};

/** Entities of hosts that were made, by the id of their guest. */
async function entitiesOf(api: PortalApi, vmId: number): Promise<number> {
  const answer = await api.get<{ totalItems: number }>(
    `/catalog/entities/by-query?limit=0&filter=${encodeURIComponent(
      `kind=resource,metadata.annotations.proxmox.nante.dev/guest=lab/${vmId}`,
    )}`,
  );
  return answer.totalItems;
}

void runScenario('twice', async undo => {
  const { url, endpoints } = await part('Sandbox and portal', () =>
    startStack(undo),
  );
  const view = new SandboxView(endpoints);
  const api = new PortalApi(url, 'ada');

  /** Requests of some work that change Proxmox. */
  const changesOf = async <T>(work: () => Promise<T>) => {
    await view.forgetRequests();
    const result = await work();
    return { result, requests: await view.requests() };
  };
  const send = async (form: HostForm) =>
    succeeded(await followTask(api, await submitHost(api, form)));

  const made: Record<string, object> = {};
  const vmIds: number[] = [];
  for (const { kind, name, creation } of hosts) {
    const form = { kind, name, environment, requestId: randomUUID() };
    const before = (await view.guestsMade()).length;
    const count = async () => (await view.guestsMade()).length - before;

    const first = await part(`${name}: the same form twice at once`, () =>
      changesOf(() => Promise.all([send(form), send(form)])),
    );
    const [host, second] = first.result;
    const creations = Object.entries(first.requests.byRoute)
      .filter(([route]) => creation.test(route))
      .reduce((sum, [, times]) => sum + times, 0);
    assert.equal(second.vmId, host.vmId, 'both are the same machine');
    assert.equal(second.runId, host.runId, 'both are the same run');
    assert.equal(creations, 1, 'requests that make a guest');
    assert.equal(await count(), 1, 'guests made');

    const again = await part(`${name}: the same form later`, () =>
      changesOf(() => send(form)),
    );
    assert.equal(again.result.vmId, host.vmId);
    assert.equal(again.requests.mutating, 0, 'changes by the repeated form');

    const other = await part(`${name}: a new form with the same answers`, () =>
      changesOf(() => send({ ...form, requestId: randomUUID() })),
    );
    assert.equal(other.result.vmId, host.vmId);
    assert.notEqual(other.result.runId, host.runId, 'a run of its own');
    assert.equal(other.requests.mutating, 0, 'changes by the new form');
    assert.equal(await count(), 1, 'guests made');
    const { run } = await api.get<RunAnswer>(
      `/infrastructure/runs/${other.result.runId}`,
    );
    assert.equal(run.state, 'succeeded');
    assert.equal(
      run.steps.find(({ id }) => id === 'create')?.state,
      'skipped',
      'nothing to create',
    );

    await until(
      `the entity of ${name}`,
      async () => (await entitiesOf(api, host.vmId)) === 1,
    );
    vmIds.push(host.vmId);
    made[kind] = {
      guests: 1,
      creations,
      changesWhenRepeated: again.requests.mutating,
      changesOfNewFormWithSameAnswers: other.requests.mutating,
    };
  }

  for (const { name } of hosts) {
    const form = { name, environment, requestId: randomUUID() };
    const task = await part(`${name}: destroy`, async () =>
      followTask(api, await submitDestroy(api, form)),
    );
    assert.equal(task.status, 'completed', task.error);
    const again = await part(`${name}: destroy again`, () =>
      changesOf(async () => followTask(api, await submitDestroy(api, form))),
    );
    assert.equal(again.requests.mutating, 0, 'changes by the second destroy');
  }

  const left = await part('Look for what is left', async () => {
    const entities = async () => {
      const counts = await Promise.all(vmIds.map(id => entitiesOf(api, id)));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    await until('entities are gone', async () => (await entities()) === 0);
    const state = await view.objects(`env:/${workspace}/`);
    const lock = await view.object<{ state: string }>(
      `nante/${workspace}/operation.lock`,
    );
    // Claims of ids and addresses stay as objects too, released.
    const claims = await Promise.all(
      (await view.objects('nante/reservations/')).map(key =>
        view.object<{ state: string }>(key),
      ),
    );
    const { entries } = await view.object<LedgerObject>(
      `nante/${workspace}/ledger.json`,
    );
    // An empty ledger would have no open entries either.
    assert.deepEqual(
      entries.map(({ host }) => host).sort(),
      hosts.map(({ name }) => name).sort(),
      'each host has its entry in the ledger',
    );
    return {
      guests: (await view.guestsMade()).length,
      // Terraform's objects, and our own lock where it is held: released, it stays as an object on purpose.
      stateAndLocks: state.length + (lock.state === 'held' ? 1 : 0),
      claims: claims.filter(claim => claim.state === 'claimed').length,
      openLedgerEntries: entries.filter(entry => entry.state !== 'removed')
        .length,
      entities: await entities(),
    };
  });
  say(`Guests in Proxmox       ${left.guests}`);
  say(`State and lock objects  ${left.stateAndLocks}`);
  say(`Claimed ids, addresses  ${left.claims}`);
  say(`Open ledger entries     ${left.openLedgerEntries}`);
  say(`Entities                ${left.entities}`);
  assert.deepEqual(Object.values(left), [0, 0, 0, 0, 0]);
  return { made, left };
});

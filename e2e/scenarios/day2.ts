// What a person does with hosts that are there, in a browser where there is a page for it, and looked at on the booted
// guest: restart, another size, snapshot and return, configuration dry and real, a server of somebody else's, and runs that
// failed: finished, undone, forgotten, adopted.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RunDocument } from '@nante/model';
import {
  repair,
  resizeHost,
  returnTo,
  started,
  switchHost,
  takeSnapshot,
} from '../lib/dayTwoPages';
import { clearFaults, setFault } from '../lib/faults';
import { chooseSoftware, openHost, submitForm } from '../lib/hostPages';
import { inLabPortal, type LabPortal } from '../lib/labPortal';
import { DopplerView } from '../lib/leaks/sinks';
import { keepPicture } from '../lib/pictures';
import { ProxmoxCalls } from '../lib/proxmoxCalls';
import { part, runScenario } from '../lib/report';
import { followTask, submitHost } from '../lib/requests';
import { ssh } from '../lib/ssh';
import { disagreements } from '../lib/truth';
import { until } from '../lib/until';
import { endOf, newRunOf, runsOf, successOf } from '../lib/watchRun';

const host = 'day-two-1';
const environment = 'dev';
/** Guest that no request of ours made, and that the records know as a server. */
const serverId = 7_061;
const page80 = 'Served since day two';

/** Makes a virtual machine by the API: its form is another scenario's. */
async function make(lab: LabPortal, name: string): Promise<string> {
  const task = await submitHost(lab.api, {
    kind: 'vm',
    name,
    environment,
    requestId: randomUUID(),
    sshKey: lab.key.publicKey,
  });
  return task;
}

/** What a command prints on a guest, once one can log in. */
function on({ key }: LabPortal, login: string, command: string) {
  return until(`${login} answers`, async () => {
    const { code, output } = await ssh(key.file, login, command);
    return code === 0 ? { output } : undefined;
  }).then(({ output }) => output);
}

const bootId = 'cat /proc/sys/kernel/random/boot_id';
const diskGb = "df --output=size -BG / | tail -1 | tr -dc '0-9'";

async function httpBody(address: string): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${address}/`, {
      signal: AbortSignal.timeout(2_000),
    });
    return (await response.text()).trim();
  } catch {
    return undefined;
  }
}

/** Power, size and snapshots of one machine. */
async function machine(lab: LabPortal, login: string) {
  const { api, sandbox } = lab;
  await part('Restart', async () => {
    const before = await on(lab, login, bootId);
    await successOf(api, (await switchHost(lab, host, 'Restart')).id);
    assert.notEqual(await on(lab, login, bootId), before, 'it booted anew');
  });
  await part('Shut down, and start', async () => {
    await successOf(api, (await switchHost(lab, host, 'Shut down')).id);
    const [guest] = await sandbox.guestsMade();
    assert.equal(guest.running, false);
    await successOf(api, (await switchHost(lab, host, 'Start')).id);
    await on(lab, login, 'true');
  });
  const sizes = await part('Another size, said beforehand', async () => {
    const before = Number(await on(lab, login, diskGb));
    const { id } = await resizeHost(lab, host, 'Medium', 'The host restarts');
    const run = await successOf(api, id);
    assert.equal(run.impact, 'reboot');
    const [guest] = await sandbox.guestsMade();
    const { data } = await sandbox.proxmox(
      `/nodes/${guest.node}/qemu/${guest.vmid}/config`,
    );
    const config = data as { cores: number; memory: string | number };
    assert.deepEqual([config.cores, Number(config.memory)], [2, 4096]);
    const after = Number(await on(lab, login, diskGb));
    assert.ok(after > before, `the disk grew from ${before} to ${after} GB`);
    return [before, after];
  });
  await part('Snapshot, and the way back', async () => {
    await on(lab, login, 'echo before > note && sync');
    await successOf(api, (await takeSnapshot(lab, host, 'before-work')).id);
    await on(lab, login, 'echo after > note && sync');
    await successOf(api, (await returnTo(lab, host, 'before-work')).id);
    assert.equal(await on(lab, login, 'cat note'), 'before');
  });
  return { diskBeforeGb: sizes[0], diskAfterGb: sizes[1] };
}

/** Configures the machine by the form that its tab leads to. */
async function configure(lab: LabPortal, dryRun: boolean) {
  const { page, portal, api } = lab;
  const { id } = await started(lab, host, async () => {
    await openHost(page, portal.url, host);
    await page.getByRole('button', { name: 'Configure' }).click();
    await page
      .getByRole('menuitem', {
        name: dryRun ? 'Show what would change' : 'Re-run configuration',
      })
      .click();
    await page.waitForURL(/configure-host/);
    await page.getByRole('button', { name: 'Next' }).click();
    await chooseSoftware(page, {
      roles: [{ name: 'nginx', fields: { 'Default page': page80 } }],
    });
    await submitForm(page);
  });
  return successOf(api, id);
}

/** A server that somebody else made: checked first, then taken into care. */
async function onboard(lab: LabPortal): Promise<void> {
  const { page, portal, api } = lab;
  const name = 'old-server-1';
  const address = '10.30.0.61';
  const { ANS_SSH_PUBLIC_KEY } = await new DopplerView(portal.endpoints).read();
  const login = `root@${address}`;
  await new ProxmoxCalls(portal.endpoints).make({
    kind: 'lxc',
    vmId: serverId,
    name,
    address: `${address}/24`,
    gateway: '10.30.0.1',
    vlan: 30,
    publicKey: `${ANS_SSH_PUBLIC_KEY.trim()}\n${lab.key.publicKey}`,
    user: 'root',
  });
  const look = 'ls -A /root /etc/sudoers.d /etc/nginx 2>/dev/null; id anna';
  const state = () =>
    until(`${login} answers`, async () => {
      const { code, output } = await ssh(lab.key.file, login, `${look}; true`);
      return code === 0 && { output };
    });
  const before = await state();

  const check = await started(lab, name, async () => {
    await page.goto(`${portal.url}/create/templates/default/onboard-host`);
    await page.getByLabel('Name').first().fill(name);
    await page.getByLabel('Application').click();
    await page.getByRole('option', { name: 'shop' }).click();
    await page.getByLabel('Owner').click();
    await page.getByRole('option', { name: 'Shop' }).click();
    await page.getByText('Development', { exact: true }).click();
    await page.getByLabel('Address').fill(address);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Administrator to make').fill('anna');
    await page
      .getByLabel(/Keys of the administrator|SSH public keys/)
      .fill(lab.key.publicKey);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: /Add a role/ }).waitFor();
    await submitForm(page);
  });
  const shown = await successOf(api, check.id);
  assert.ok(shown.configuration!.dryRun);
  assert.ok(shown.configuration!.changes.length > 0, 'it shows changes');
  assert.deepEqual(await state(), before, 'nothing of it was changed');

  await page.goto(`${portal.url}/runs/${check.id}`);
  const taken = await started(lab, name, async () => {
    await page.getByRole('link', { name: TAKE }).click();
    await page.waitForURL(/onboard-host/);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: /Add a role/ }).waitFor();
    await submitForm(page);
  });
  await successOf(api, taken.id);
  assert.match(await on(lab, `anna@${address}`, 'sudo -n id -un'), /root/);
}

/** A machine is made and cannot be started. */
const cannotStart = {
  kind: 'task-failure',
  type: 'qmstart',
  message: 'start failed: QEMU exited with code 1',
  times: 20,
};

/** A request that fails by a fault of Proxmox when its machine is there. */
async function failing(
  lab: LabPortal,
  name: string,
  fault: Parameters<typeof setFault>[2],
): Promise<RunDocument> {
  const { portal, api } = lab;
  await setFault(portal.endpoints, 'proxmox', fault);
  const known = await runsOf(api, name);
  await make(lab, name);
  const run = await endOf(api, (await newRunOf(api, name, known)).id);
  await clearFaults(portal.endpoints, 'proxmox');
  assert.equal(run.state, 'failed');
  assert.ok(run.error?.message, 'the first real error is named');
  return run;
}

async function named({ sandbox }: LabPortal, name: string) {
  return (await sandbox.guestsMade()).filter(guest => guest.name === name);
}

/** Goes a way out by the API. @returns what the hosts page says of the machine afterwards */
async function repairByApi(
  { api }: LabPortal,
  runId: string,
  remedy: string,
  vmId: number,
): Promise<string> {
  const task = await api.submit('repair-run', {
    repair: { runId, remedy },
    requestId: randomUUID(),
  });
  const { status, error } = await followTask(api, task);
  assert.equal(status, 'completed', `${remedy}: ${error}`);
  return until('the hosts page knows it', async () => {
    const { hosts } = await api.get('/infrastructure/hosts');
    const found = hosts.find((one: { vmId: number }) => one.vmId === vmId);
    assert.ok(found, 'the machine is still there');
    const isOurs = found.management === 'managed';
    return isOurs === (remedy === 'adopt') && String(found.management);
  });
}

/** Takes a guest out of the Terraform state behind everybody's back. */
async function loseFromState(
  { sandbox }: LabPortal,
  vmId: number,
): Promise<void> {
  const key = 'env:/shop-dev/terraform.tfstate';
  const state = await sandbox.object<{
    serial: number;
    resources: { instances: { attributes: { vm_id?: number } }[] }[];
  }>(key);
  state.serial += 1;
  state.resources = state.resources.filter(
    ({ instances }) =>
      !instances.some(({ attributes }) => attributes.vm_id === vmId),
  );
  await sandbox.put(key, JSON.stringify(state));
}

/** Failed runs, and the ways out of them. */
async function repairs(lab: LabPortal): Promise<Record<string, unknown>> {
  const { page, portal, api, sandbox } = lab;
  const ways: Record<string, string> = {};
  await part('A failed run, finished', async () => {
    const run = await failing(lab, 'broken-1', cannotStart);
    await page.goto(`${portal.url}/runs/${run.id}`);
    await page.getByText('What exists, and the ways out').waitFor();
    await page.getByRole('listitem', { name: 'Finish', exact: true }).waitFor();
    await keepPicture(page, 'run-failed');
    await repair(lab, run, 'Finish');
    const end = await until('the run is finished', async () => {
      const { run: now } = await api.get(`/infrastructure/runs/${run.id}`);
      return now.state === 'succeeded' && (now as RunDocument);
    });
    assert.equal((await named(lab, 'broken-1')).length, 1);
    await on(lab, `ops@${end.result!.address}`, 'true');
    await page.goto(`${portal.url}/runs/${run.id}`);
    await page.getByText('Succeeded').first().waitFor();
    await keepPicture(page, 'run-repaired');
    ways.finish = end.state;
  });
  await part('A failed run, undone', async () => {
    const run = await failing(lab, 'broken-2', cannotStart);
    await repair(lab, run, 'Undo');
    await until(
      'nothing of it is left',
      async () => (await named(lab, 'broken-2')).length === 0,
    );
    await until(
      'the records agree',
      async () =>
        (await disagreements(sandbox, 'shop-dev')).filter(
          line => !line.includes(`machine ${serverId} `),
        ).length === 0,
    );
    ways.undo = 'nothing left';
  });
  await part('Forgotten, by the API', async () => {
    const run = await failing(lab, 'broken-3', cannotStart);
    const [{ vmid }] = await named(lab, 'broken-3');
    ways.forget = await repairByApi(lab, run.id, 'forget', vmid);
  });
  await part('Adopted, by the API', async () => {
    // Made, and not as it was asked for: the run fails with the guest in the state.
    const run = await failing(lab, 'broken-4', {
      kind: 'cloud-init-ignores',
      what: 'hostname',
    });
    const [{ vmid }] = await named(lab, 'broken-4');
    await loseFromState(lab, vmid);
    ways.adopt = await repairByApi(lab, run.id, 'adopt', vmid);
    assert.deepEqual(
      (await disagreements(sandbox, 'shop-dev')).filter(line =>
        line.includes(`${vmid}`),
      ),
      [],
      'state, ledger and desired document know it again',
    );
  });
  return { ways };
}

/** Title of the button below a check run. */
const TAKE = 'Take it into care';

void runScenario('day2', undo =>
  inLabPortal(undo, async lab => {
    const { api, page, portal } = lab;
    const login = await part('A virtual machine', async () => {
      const known = await runsOf(api, host);
      await make(lab, host);
      const run = await successOf(api, (await newRunOf(api, host, known)).id);
      return `ops@${run.result!.address}`;
    });
    const address = login.split('@')[1];
    await page.goto(`${portal.url}/hosts`);
    const figures = await machine(lab, login);
    await part('Configuration, dry', async () => {
      const run = await configure(lab, true);
      assert.ok(run.configuration!.dryRun);
      assert.ok(run.configuration!.changes.length > 0, 'it shows changes');
      assert.equal(await httpBody(address), undefined, 'and makes none');
    });
    await part('Configuration, real', async () => {
      await configure(lab, false);
      assert.equal(await httpBody(address), page80);
    });
    await part('A server that somebody else made', () => onboard(lab));
    return { ...figures, ...(await repairs(lab)) };
  }),
);

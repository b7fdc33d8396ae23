import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { killMarked, processesIn, startWorkflow } from './act';
import { clearFaults, setFault } from './faults';
import { until } from './until';
import { disagreements } from './truth';
import { waitForStep } from './kills';
import { workspace, type WorkflowWorld } from './workflowWorld';

const environment = 'dev';

/** What people get wrong, and what a workflow answers; nothing is changed by any of it. */
export async function refusals(world: WorkflowWorld): Promise<void> {
  const { endpoints } = world;
  const known = await world.names();
  await world.refused(
    {
      workflow: 'destroy.yml',
      inputs: { host_name: 'web-1', environment, confirm: 'web-2' },
    },
    2,
    /To destroy web-1, repeat its name/,
  );
  const machine = { host_name: 'web-9', environment, size: 'small' };
  await world.refused(
    { workflow: 'provision.yml', inputs: { ...machine, environment: 'prod' } },
    3,
    /operators/,
  );
  await world.refused(
    { workflow: 'provision.yml', inputs: machine, token: 'dp.st.dev.revoked' },
    5,
    /Doppler refused the token/,
  );
  await world.refused(
    { workflow: 'provision.yml', inputs: machine, token: '' },
    2,
    /DOPPLER_TOKEN is empty/,
  );
  // A config that lacks one name, and the token that opens it.
  const { url, serviceAccountToken, tokens } = endpoints.doppler!;
  const name = 'PROXMOX_TOKEN_SECRET';
  const removed = await fetch(
    `${url}/v3/configs/config/secret?project=nante&config=staging&name=${name}`,
    {
      method: 'DELETE',
      headers: { authorization: `Bearer ${serviceAccountToken}` },
    },
  );
  assert.ok(removed.ok, `${removed.status}`);
  await world.refused(
    {
      workflow: 'provision.yml',
      inputs: machine,
      token: (tokens as Record<string, string>).staging,
    },
    5,
    /lacks the secret PROXMOX_TOKEN_SECRET/,
  );
  assert.deepEqual(await world.names(), known);
}

/** Inputs that a shell, a template or a runner would do something with. */
export async function hostileInputs(world: WorkflowWorld): Promise<void> {
  const mark = path.join(world.place.home, 'was-run');
  const tricks = [
    `$(touch ${mark})`,
    `\`touch ${mark}\``,
    `"; touch ${mark}; "`,
    `x\n::error::no\ntouch ${mark}`,
    `{{ lookup('pipe', 'touch ${mark}') }}`,
    `\${{ github.token }}`,
  ];
  const inputs = {
    ...{ app_name: 'shop', host_name: 'odd-1', environment },
    ...{ owner: 'group:default/shop', size: 'small', purpose: '', roles: '' },
  };
  for (const field of ['app_name', 'host_name', 'environment', 'roles'])
    for (const trick of tricks.slice(field === 'host_name' ? 0 : 4)) {
      const run = await world.refused(
        { workflow: 'inputs.yml', inputs: { ...inputs, [field]: trick } },
        2,
        /./,
      );
      assert.equal(run.annotations.length, 1, run.log);
    }
  const purpose = tricks.join(' & ');
  const made = await world.succeed({
    workflow: 'inputs.yml',
    inputs: { ...inputs, purpose },
  });
  assert.equal(made.run.inputs.purpose, purpose, 'as it was typed');
  assert.deepEqual(
    made.annotations.filter(({ text }) => text === 'no'),
    [],
  );
  assert.equal(fs.existsSync(mark), false, 'nothing of it was run');
  await world.succeed({
    workflow: 'destroy.yml',
    inputs: { host_name: 'odd-1', environment, confirm: 'odd-1' },
  });
}

/**
 * Kills the job of a workflow while Terraform makes a machine, and everything that bears its mark, as a runner does. The
 * next run waits for that Terraform and ends with one machine.
 */
export async function killedRun(
  world: WorkflowWorld,
  isLab: boolean,
): Promise<Record<string, unknown>> {
  const { place, sandbox, endpoints } = world;
  const machine = { host_name: 'web-2', environment, size: 'small' };
  // Without it Terraform is done before a kill can meet it; a guest that boots takes its time by itself.
  await setFault(endpoints, 'proxmox', {
    kind: 'latency',
    ms: isLab ? 300 : 700,
  });
  const workflow = { workflow: 'provision.yml', inputs: machine };
  const runs = async () =>
    (await sandbox.objects(`nante/${workspace}/runs/`)).filter(key =>
      key.endsWith('.json'),
    );
  const earlier = await runs();
  const started = startWorkflow(place, workflow);
  const key = await Promise.race([
    until(
      'the run begins',
      async () => (await runs()).find(found => !earlier.includes(found)),
      60_000,
      50,
    ),
    started.ended.then(run => assert.fail(`It ended at once:\n${run.log}`)),
  ]);
  const id = path.basename(key, '.json');
  await waitForStep(sandbox, id, 'create');
  const terraform = await until(
    'Terraform works',
    async () => {
      const found = processesIn(place.work, 'terraform');
      return found.length > 0 && found;
    },
    30_000,
    20,
  );
  // The job before the runner, at whose closed pipe it would die by itself.
  const killed = killMarked(started.trackingId);
  started.kill();
  await started.ended;
  assert.ok(killed.length > 0, 'the job was killed');
  assert.ok(
    !killed.includes('terraform'),
    `a runner's clean-up leaves Terraform alone: ${killed}`,
  );
  const alive = processesIn(place.work, 'terraform').filter(pid =>
    terraform.includes(pid),
  );
  assert.deepEqual(alive, terraform, 'Terraform goes on');
  await clearFaults(endpoints, 'proxmox');

  const next = await world.succeed(workflow);
  assert.equal(next.run.host, 'web-2');
  assert.notEqual(next.run.id, id, 'another run of the workflow');
  assert.deepEqual(await disagreements(sandbox, workspace), []);
  const named = (await world.names()).filter(name => name === 'web-2');
  assert.deepEqual(named, ['web-2'], 'one machine');
  return {
    killed: killed.length,
    nextSeconds: Math.round(next.seconds * 10) / 10,
  };
}

// The reusable workflows, run by act from a caller in another repository, as a self-hosted runner would: each twice, and the
// second time nothing is changed. Then what goes wrong: confirmations, secrets, inputs, kills, tests, findings, pull requests.
//   --guests record|nspawn   what the guests are; booted ones where the machine can
//   --parts hosts,killed     some of them, see below; all unless given
//   --no-limits              how long it takes is not judged
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunDocument } from '@nante/model';
import { startSandbox } from '@nante/sandbox';
import { bestGuests } from '../lib/lab';
import { part, runScenario, say, type Figures } from '../lib/report';
import { SandboxView, temporaryFolder } from '../lib/sandbox';
import { createKeyPair } from '../lib/ssh';
import {
  dockerDeployments,
  k8sRefusals,
  pipelines,
} from '../lib/workflowDeploys';
import { appSources } from '../lib/workflowApp';
import {
  hostileBuilds,
  pullRequests,
  stoppedBuilds,
} from '../lib/workflowBuildFaults';
import { builds, hasAll } from '../lib/workflowBuilds';
import { buildCallers } from '../lib/workflowCallers';
import { hostileInputs, killedRun, refusals } from '../lib/workflowFaults';
import { workflowPlace } from '../lib/workflowPlace';
import { onboardings } from '../lib/workflowServers';
import { tools } from '../lib/workflowTools';
import {
  app,
  WorkflowWorld,
  configuration,
  phaseSeconds,
  toolCallers,
} from '../lib/workflowWorld';
import { phasesOf } from '../lib/watchRun';

/** Seconds of a warm workflow that are neither Terraform nor Ansible nor the guest. */
const overheadLimit = 10;

const allParts = [
  ...['tools', 'hosts', 'refused', 'killed', 'servers'],
  ...['builds', 'stopped', 'docker', 'k8s', 'pipeline'],
];
const { values: options } = parseArgs({
  options: {
    guests: { type: 'string' },
    parts: { type: 'string', default: allParts.join(',') },
    'no-limits': { type: 'boolean', default: false },
  },
});
const parts = options.parts.split(',');

/** Runs a caller twice: the second time Proxmox is told to change nothing. */
async function twice(
  world: WorkflowWorld,
  title: string,
  dispatch: { workflow: string; inputs: Record<string, string> },
  check: (run: RunDocument) => void = () => {},
): Promise<{ first: RunDocument; figures: Figures }> {
  const first = await part(title, () => world.succeed(dispatch));
  assert.equal(first.outputs.changed, 'true', `${title}: ${first.text}`);
  check(first.run);
  const again = await part(`${title}, again`, () =>
    world.counted(() => world.succeed(dispatch)),
  );
  assert.equal(again.mutating, 0, `${title}: changes by the second run`);
  assert.equal(again.result.outputs.changed, 'false', again.result.text);
  assert.notEqual(again.result.run.id, first.run.id, 'a run of its own');
  assert.deepEqual(
    again.result.annotations.filter(
      ({ text }) => !text.includes('are records'),
    ),
    [],
    'no warning, no error',
  );
  const tools = phaseSeconds(again.result.run);
  const overhead = again.result.seconds - tools;
  say(
    `  ${again.result.seconds.toFixed(1)} s, of it ${overhead.toFixed(1)} s its own; ${JSON.stringify(phasesOf(again.result.run))}`,
  );
  assert.ok(
    options['no-limits'] || overhead <= overheadLimit,
    `${title}: ${overhead.toFixed(1)} s of its own, at most ${overheadLimit}`,
  );
  return {
    first: first.run,
    figures: {
      firstSeconds: round(first.seconds),
      secondSeconds: round(again.result.seconds),
      secondOwnSeconds: round(overhead),
      secondMutatingCalls: again.mutating,
    },
  };
}

const round = (seconds: number) => Math.round(seconds * 10) / 10;

const environment = 'dev';

/** How many deployment targets of Octopus are a host's. */
async function targets(
  { endpoints }: WorkflowWorld,
  host: string,
): Promise<number> {
  const { url, apiKey, spaceId } = endpoints.octopus!;
  const name = `${host}.${environment}.${app}`;
  const answer = await fetch(`${url}/api/${spaceId}/machines?name=${name}`, {
    headers: { 'X-Octopus-ApiKey': String(apiKey) },
  });
  const { Items } = (await answer.json()) as { Items: { Name: string }[] };
  return Items.filter(({ Name }) => Name === name).length;
}

/** Makes a machine and a container, and destroys the container; see `twice`. */
async function hosts(world: WorkflowWorld, isLab: boolean): Promise<Figures> {
  const figures: Figures = {};
  const machine = { host_name: 'web-1', environment, size: 'small' };
  figures.provision = (
    await twice(
      world,
      'provision',
      { workflow: 'provision.yml', inputs: machine },
      run => assert.equal(run.result?.kind, 'vm'),
    )
  ).figures;
  const container = { host_name: 'box-1', environment };
  const target = { octopus_environment: 'Development' };
  const { first, figures: containerFigures } = await twice(
    world,
    'provision-lxc',
    {
      workflow: 'provision-lxc.yml',
      inputs: {
        ...{ ...container, ...target },
        init_script: '#!/bin/sh\necho "$(hostname)" > /root/first-boot\n',
      },
    },
    run => {
      assert.deepEqual(run.configuration?.roles, ['nginx']);
      assert.equal(run.registration?.health, 'Healthy');
      assert.deepEqual(run.registration?.environments, ['Development']);
    },
  );
  assert.equal(await targets(world, 'box-1'), 1, 'one target');
  figures.provisionLxc = containerFigures;
  await part('Only the roles, without Terraform', async () => {
    const { mutating, result } = await world.counted(() =>
      world.succeed({
        workflow: 'provision-lxc.yml',
        inputs: { ...container, skip_terraform: 'true' },
      }),
    );
    assert.equal(mutating, 0);
    assert.equal(result.run.kind, 'configure');
    assert.equal(result.outputs.changed, 'false');
    assert.doesNotMatch(result.text, /^Terraform /m, 'it is not looked for');
  });
  if (isLab)
    await part('The web server answers', async () => {
      const answer = await fetch(`http://${first.result?.address}/`);
      assert.equal(answer.status, 200);
    });
  const before = await world.names();
  figures.destroy = (
    await twice(world, 'destroy', {
      workflow: 'destroy.yml',
      inputs: { host_name: 'box-1', environment, confirm: 'box-1' },
    })
  ).figures;
  assert.deepEqual(
    await world.names(),
    before.filter(name => name !== 'box-1'),
    `the others of ${app} are there`,
  );
  assert.equal(await targets(world, 'box-1'), 0, 'no target is left');
  return figures;
}

void runScenario('workflows', async undo => {
  for (const name of parts)
    assert.ok(allParts.includes(name), `--parts: some of ${allParts}`);
  const data = path.join(temporaryFolder(undo), 'sandbox');
  fs.mkdirSync(data);
  const guests = (options.guests ?? (await bestGuests(data))) as
    'record' | 'nspawn';
  const isLab = guests === 'nspawn';
  say(
    isLab
      ? '  guests are booted'
      : '  guests are records: there is nothing to onboard, and Ansible only reads its playbooks',
  );
  const sandbox = await part('Sandbox', () =>
    startSandbox({
      ...{ dataDir: data, guests },
      systems: ['proxmox', 's3', 'octopus', 'nexus', 'doppler'],
    }),
  );
  undo.push(() => sandbox.stop());
  const { endpoints } = sandbox;
  const key = createKeyPair(data);
  const place = await workflowPlace(undo, data, endpoints, {
    keys: key.publicKey,
    callers: { ...toolCallers, ...buildCallers },
    sources: appSources,
    ansible: parts.includes('tools') ? 'got by setup-tools' : 'on the PATH',
  });
  const file = path.join(data, 'config.json');
  fs.writeFileSync(file, JSON.stringify(configuration));
  const pushed = await place.terminal(['config', 'push', file]);
  assert.equal(pushed.code, 0, pushed.log);
  const world = new WorkflowWorld(place, endpoints, new SandboxView(endpoints));

  const works: Record<string, () => Promise<Figures | void>> = {
    tools: () =>
      part('Tools: got into the cache, then found', () => tools(world)),
    hosts: () => hosts(world, isLab),
    async refused() {
      await part(
        'Confirmations, secrets, rights: refused with what to do',
        () => refusals(world),
      );
      await part('$(…), quotes, line breaks and {{ }}: text, or refused', () =>
        hostileInputs(world),
      );
    },
    killed: () =>
      part('A killed run is taken up by the next', () =>
        killedRun(world, isLab),
      ),
    async servers() {
      if (isLab) return onboardings(world, { key, twice });
      return say('  left out, since guests are records: onboard, bootstrap');
    },
    async builds() {
      if (!(await hasAll(['go']))) return undefined;
      await world.project();
      return builds(world);
    },
    async docker() {
      if (!(await hasAll(['go', 'buildah']))) return undefined;
      return dockerDeployments(world, isLab);
    },
    k8s: () =>
      part('deploy-k8s: refused with what to do', () => k8sRefusals(world)),
    async pipeline() {
      if (!(await hasAll(['go']))) return undefined;
      await world.project();
      return pipelines(world, isLab);
    },
    async stopped() {
      if (!(await hasAll(['go', 'buildah']))) return;
      await world.project();
      await part('A failing test, a finding: nothing is published', () =>
        stoppedBuilds(world),
      );
      await part('Pull requests: no secret, nothing published', () =>
        pullRequests(world),
      );
      await part('$(…) in inputs and in the message of a commit', () =>
        hostileBuilds(world),
      );
    },
  };
  const figures: Figures = { guests };
  for (const name of parts) figures[name] = await works[name]();
  await part('No secret in anything that was printed', async () =>
    world.assertNoSecrets(),
  );
  return figures;
});

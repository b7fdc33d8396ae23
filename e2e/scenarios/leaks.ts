// Secrets that tools and systems print, in every encoding, against everything that the portal keeps or shows: none may
// stand anywhere. Tools before the real ones print all of them at each call; Proxmox repeats them in its errors; some are
// changed in between. A text that nobody knows for a secret (the canary) must come out everywhere, or nobody looked.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensurePython } from '../../scripts/lib/python.mjs';
import { findChromium, launchBrowser } from '../lib/browser';
import { clearFaults, setFault } from '../lib/faults';
import { KillablePortal } from '../lib/killablePortal';
import { bestGuests } from '../lib/lab';
import {
  encodingNames,
  givenSecret,
  madeDocument,
  madeSecret,
  needlesOf,
  type Secret,
  vectorsOf,
} from '../lib/leaks/secrets';
import {
  apiSinks,
  bucketSinks,
  diskSinks,
  DopplerView,
  pageSinks,
  type Sink,
  watchArguments,
} from '../lib/leaks/sinks';
import { writeTalkativeTools } from '../lib/leaks/tools';
import { PortalApi } from '../lib/portalApi';
import { part, runScenario, say } from '../lib/report';
import { submitDestroy, submitHost, followTask } from '../lib/requests';
import { SandboxView, temporaryFolder } from '../lib/sandbox';
import { createKeyPair } from '../lib/ssh';

/** Longer than a portal keeps what Doppler said, in milliseconds. */
const dopplerKeptMs = 61_000;
const workspace = 'shop-dev';
const made = [
  'TS_AUTHKEY',
  'OO_USER',
  'OO_PASS',
  'GH_PAT',
  'OCTOPUS_API_KEY',
  'NEXUS_USERNAME',
  'NEXUS_PASSWORD',
];

/** Secrets that a portal gets, some of its own choice and some of ours. */
function freshSecrets(): Secret[] {
  return [...made.map(madeSecret), madeDocument('K8S_KUBECONFIG')];
}

/** Every secret that stands in a sink, in words. */
function leaksIn(sink: Sink, secrets: readonly Secret[]): string[] {
  return secrets.flatMap(secret => {
    const needles = needlesOf(secret);
    const places = sink.parts.flatMap(({ place, text }) => {
      const found = needles.find(needle => text.includes(needle));
      if (!found) return [];
      // What stands before it says where it comes from.
      const at = text.indexOf(found);
      const before = text.slice(Math.max(0, at - 120), at);
      return [`${place}, after ${JSON.stringify(before)}`];
    });
    return places.map(
      place => `${secret.name} stands in ${sink.name}: ${place}`,
    );
  });
}

void runScenario('leaks', async undo => {
  const folder = temporaryFolder(undo);
  const data = path.join(folder, 'sandbox');
  const python = await ensurePython(() => {});
  const { values: options } = parseArgs({
    options: { guests: { type: 'string' } },
    // Options of the scenarios that run beside it.
    strict: false,
  });
  const guests = String(options.guests ?? (await bestGuests(folder)));
  const terraform = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map(place => path.join(place, 'terraform'))
    .find(file => fs.existsSync(file));
  assert.ok(terraform, 'there is no terraform on the PATH');
  const canary = `canary-${randomUUID()}`;
  const toolsFolder = path.join(folder, 'tools');
  fs.mkdirSync(toolsFolder);
  const tools = writeTalkativeTools(toolsFolder, canary, {
    terraform,
    ansiblePlaybook: python.ansiblePlaybook,
  });
  const portal = await part('Sandbox and portal', () =>
    KillablePortal.start(data, undo, {
      guests,
      // Its own secrets come from it: those of another sandbox on the machine must be others.
      seed: randomInt(2, 1_000_000),
      env: {
        ...process.env,
        PATH: [tools.terraformBin, process.env.PATH].join(path.delimiter),
        APP_CONFIG_infrastructure_ansible_bin: JSON.stringify(tools.ansibleBin),
      },
    }),
  );
  const sandbox = new SandboxView(portal.endpoints);
  const doppler = new DopplerView(portal.endpoints);
  const ada = new PortalApi(portal.url, 'ada');
  const key = createKeyPair(folder).publicKey;

  const values = await doppler.read();
  const own = [
    'MINIO_ROOT_USER',
    'MINIO_ROOT_PASSWORD',
    'PROXMOX_TOKEN_SECRET',
    'SSH_PRIVATE_KEY',
  ].map(name => givenSecret(name, values[name]));
  own.push(
    givenSecret('DOPPLER_TOKEN', String(portal.endpoints.doppler!.token)),
    givenSecret(
      'PROXMOX_VE_API_TOKEN',
      `${values.PROXMOX_TOKEN_ID}=${values.PROXMOX_TOKEN_SECRET}`,
      values.PROXMOX_TOKEN_SECRET,
    ),
  );
  const first = freshSecrets();
  const second = freshSecrets();
  const secrets = [...own, ...first, ...second];
  const vectors = vectorsOf(secrets);
  assert.deepEqual(
    leaksIn(
      {
        name: 'nothing',
        hears: false,
        parts: [{ place: 'here', text: 'nothing' }],
      },
      secrets,
    ),
    [],
  );
  // Whether the search finds each of them where it does stand.
  for (const vector of vectors) {
    const planted = { place: vector.id, text: `x ${vector.text} y` };
    const found = leaksIn({ name: 'plant', hears: true, parts: [planted] }, [
      vector.secret,
    ]);
    assert.equal(found.length, 1, `${vector.id} is not found where it stands`);
  }

  const taskIds: string[] = [];
  const watching = watchArguments([process.pid]);
  undo.push(() => watching.stop());
  const make = async (name: string) => {
    const id = await submitHost(ada, {
      kind: 'lxc',
      name,
      environment: 'dev',
      requestId: randomUUID(),
      sshKey: key,
      software: [{ name: 'nginx', arguments: {} }],
    });
    taskIds.push(id);
    return followTask(ada, id);
  };

  await part('A host whose tools print every secret', async () => {
    await doppler.change(
      Object.fromEntries(first.map(({ name, value }) => [name, value])),
    );
    // What the portal read at its start it keeps for a while.
    await sleep(dopplerKeptMs);
    tools.tell(vectorsOf([...own, ...first]));
    const { status, error } = await make('leaky-1');
    assert.equal(status, 'completed', error);
  });
  await part(
    'Errors of Ansible and Terraform that name every secret',
    async () => {
      tools.failWith('terraform');
      assert.equal((await make('leaky-2')).status, 'failed');
      tools.failWith('ansible');
      const configured = await ada.submit('configure-host', {
        host: { name: 'leaky-1', app: 'shop', environment: 'dev' },
        dryRun: false,
        requestId: randomUUID(),
      });
      taskIds.push(configured);
      const { status } = await followTask(ada, configured);
      assert.equal(status, guests === 'record' ? 'completed' : 'failed');
      tools.failWith(undefined);
    },
  );
  await part('Secrets that were changed, and errors of Proxmox', async () => {
    await doppler.change(
      Object.fromEntries(second.map(({ name, value }) => [name, value])),
    );
    await sleep(dopplerKeptMs);
    const now = vectorsOf([...own, ...second]);
    tools.tell(now);
    const said = [...now.map(({ id, text }) => `${id} ${text}`)];
    await setFault(portal.endpoints, 'proxmox', {
      kind: 'status',
      status: 500,
      reason: `leak-check:canary ${canary} leak-check:reason ${values.PROXMOX_TOKEN_SECRET}`,
      body: { data: null, errors: { said }, message: said.join(' ') },
      method: 'POST',
    });
    assert.equal((await make('leaky-3')).status, 'failed');
    await clearFaults(portal.endpoints, 'proxmox');
    await setFault(portal.endpoints, 'proxmox', {
      kind: 'status',
      status: 500,
      reason: `leak-check:reason ${values.PROXMOX_TOKEN_SECRET}`,
      body: { data: null, errors: { said }, message: said.join(' ') },
      count: 20,
    });
    assert.equal((await make('leaky-4')).status, 'failed');
    await ada.tryCall('/infrastructure/placement?environment=dev&kind=vm');
    await ada.tryCall('/infrastructure/hosts');
    await clearFaults(portal.endpoints, 'proxmox');
  });
  await part('Its end', async () => {
    const id = await submitDestroy(ada, {
      name: 'leaky-1',
      environment: 'dev',
      requestId: randomUUID(),
    });
    taskIds.push(id);
    const { status, error } = await followTask(ada, id);
    assert.equal(status, 'completed', error);
  });

  const sinks = await part('Everything that was kept and shown', async () => {
    // Not an object of ours: whether those are read at all.
    await sandbox.put('leak-check/planted', canary);
    const runIds = (await sandbox.objects(`nante/${workspace}/runs/`))
      .filter(name => name.endsWith('.json'))
      .map(name => path.basename(name, '.json'));
    assert.ok(runIds.length >= 5, `${runIds.length} runs`);
    const found = [
      watching.stop(),
      ...(await bucketSinks(sandbox)),
      ...(await apiSinks(ada, runIds, taskIds)),
    ];
    if (findChromium()) {
      const browser = await launchBrowser();
      undo.push(() => browser.close());
      const pages = [
        '/runs',
        '/hosts',
        '/catalog',
        ...runIds.map(id => `/runs/${id}`),
        ...taskIds.map(id => `/create/tasks/${id}`),
      ];
      found.push(...(await pageSinks(browser, portal.url, pages)));
    } else say('  no Chromium on this machine: pages are left out');
    return [...found, ...diskSinks(data)];
  });

  const leaks = sinks.flatMap(sink => leaksIn(sink, secrets));
  for (const sink of sinks) {
    assert.ok(
      sink.parts.some(({ text }) => text.length > 0),
      `${sink.name} has something to read`,
    );
    const heard = sink.parts.some(({ text }) => text.includes(canary));
    assert.ok(heard || !sink.hears, `${sink.name} did not get what tools said`);
  }
  // All of them were printed, and came as far as the log.
  const log = sinks.find(({ name }) => name === 'run log')!.parts;
  const unheard = vectors.filter(
    ({ id }) => !log.some(({ text }) => text.includes(`${id} `)),
  );
  assert.deepEqual(
    unheard.map(({ id }) => id),
    [],
    'lines that never came',
  );
  assert.deepEqual(leaks, [], `${leaks.length} leaks`);
  return {
    guests,
    secrets: secrets.length,
    encodings: encodingNames.length,
    sinks: sinks.length,
    vectors: vectors.length * sinks.length,
    leaks: leaks.length,
  };
});

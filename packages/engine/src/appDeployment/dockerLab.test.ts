import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployDockerRequest, RunDocument } from '@nante/model';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import {
  ansibleBin,
  ansibleProject,
  inLab,
  labSkipped,
  labTitle,
} from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
import { publishRequest } from '../publish/__testUtils__/files';
import type { Engine } from '../types';
import { writeWebImage } from './__testUtils__/webImage';

// A machine that others work on too takes several times as long as one that is idle.
jest.setTimeout(900_000);

let lab: Lab;
let engine: Engine;
let folder: string;
let address: string;
let user: string;
let busybox: Buffer;

beforeAll(async () => {
  if (labSkipped) return;
  folder = mkdtempSync(join(tmpdir(), 'docker-lab-'));
  lab = await startLab({
    // A VLAN that no other test and no sandbox on the same machine uses.
    ...{ guests: 'nspawn', vlan: 1176, agentTimeoutMs: 60_000 },
    deployments: true,
  });
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...lab.automation,
  });
  writeFileSync(join(folder, 'key'), lab.automation!.privateKey, {
    mode: 0o600,
  });
  const run = await engine.provision(
    provisionRequest({
      ...{ name: 'shop-1', sshKeys: [lab.automation!.publicKey] },
      roles: [
        { name: 'base_setup', arguments: {} },
        { name: 'mgmt-docker', arguments: {} },
      ],
    }),
    cli,
  );
  ({ user } = run.result);
  address = `${run.result.address}`;
  onHost('sudo apt-get -q -y install busybox-static');
  busybox = onHost('cat /bin/busybox');
}, 1_200_000);

afterAll(async () => {
  await lab?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

function onHost(command: string): Buffer {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
  return execFileSync(
    'ssh',
    [
      ...['-q', '-i', join(folder, 'key')],
      ...options.flatMap(option => ['-o', option]),
      ...[`${user}@${address}`, command],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
}

/** Publishes an image, and answers it by its digest as the engine says it. */
async function publish(page: string, isBroken = false): Promise<string> {
  const file = join(folder, `${page}.tar`);
  await writeWebImage(file, busybox, { page, isBroken });
  const run = await engine.publish(
    publishRequest(file, {
      ...{ app: 'shop', format: 'docker', repository: 'docker-hosted' },
      ...{ name: 'shop', version: page },
    }),
    cli,
  );
  return run.artifact!.pull;
}

const request = (version: string, image: string): DeployDockerRequest => ({
  requestId: `docker-${Math.random().toString(36).slice(2, 12)}`,
  ...{ requestedBy: 'user:default/mia', operator: false, dryRun: false },
  ...{ app: 'shop', environment: 'dev', hosts: ['shop-1'], version, image },
  ...{ port: 8080, healthPath: '/healthz', healthSeconds: 30, variables: {} },
});

const page = () =>
  fetch(`http://${address}:8080/`, { headers: { connection: 'close' } }).then(
    answer => answer.text(),
    () => 'no answer',
  );

/** Says how long it took: these figures are the test's other purpose. */
async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`  ${what}: ${seconds} s\n`);
  return result;
}

const changesOf = ({ configuration }: RunDocument) =>
  configuration?.recap.map(({ changed }) => changed);

// Each deployment takes most of a minute: what is told apart only by its cause is tried where there is time.
const withTime = process.env.NANTE_LONG === '1' ? describe : describe.skip;

inLab(labTitle('An app on a booted Docker host'), () => {
  withTime('with NANTE_LONG=1', () => {
    it('is taken down where its very first version is broken', async () => {
      const broken = await publish('broken', true);
      const none = await timed(
        'a broken first version',
        failure(engine.deployDocker(request('0.9.0', broken), cli)),
      );
      expect(none.message).toContain('shop 0.9.0 is not healthy on shop-1');
      expect(none.message).toContain('it was taken down (shop-1)');
      expect(await page()).toBe('no answer');
    });
  });

  it('answers, is left alone when it is asked for again, and is replaced', async () => {
    const one = request('1.0.0', await publish('v1'));
    const first = await timed('a first version', engine.deployDocker(one, cli));
    expect(first.appDeployment).toMatchObject({
      ...{ version: '1.0.0', healthy: true, alreadyThere: false },
      ...{ places: ['shop-1'], url: `http://${address}:8080/` },
      health: [{ url: `http://${address}:8080/healthz`, answer: '200' }],
    });
    // Through the firewall of base_setup.
    expect(await page()).toBe('v1');

    const again = await timed(
      'the same again',
      engine.deployDocker({ ...one, requestId: 'docker-the-same' }, cli),
    );
    expect(again.appDeployment).toMatchObject({ alreadyThere: true });
    expect(changesOf(again)).toEqual([0]);

    const second = await timed(
      'a second version',
      engine.deployDocker(request('1.1.0', await publish('v2')), cli),
    );
    expect(second.appDeployment).toMatchObject({ previousVersion: '1.0.0' });
    expect(await page()).toBe('v2');
  });

  it('answers again in its last good version where a new one is broken', async () => {
    const broken = await publish('broken', true);
    const times = process.env.NANTE_LONG === '1' ? ['', ' again'] : [''];
    for (const time of times) {
      const run = request('1.2.0', broken);
      const error = await timed(
        `a broken version${time}`,
        failure(engine.deployDocker(run, cli)),
      );
      expect(error.message).toMatch(
        /^shop 1\.2\.0 is not healthy on shop-1: .* ended \d+ times, with exit code 3\. 1\.1\.0 is back, and healthy \(shop-1\)\.$/,
      );
      const document = await engine.getRun(run.requestId);
      expect(document).toMatchObject({
        state: 'failed',
        appDeployment: {
          ...{ version: '1.2.0', previousVersion: '1.1.0' },
          ...{ returnedTo: '1.1.0', healthy: true },
          problems: expect.arrayContaining([
            expect.stringContaining('no configuration'),
          ]),
        },
      });
      expect(await page()).toBe('v2');
    }
    const ledger = await readLedger(lab.store, 'deployments.shop.dev');
    expect(ledger.at(-1)).toMatchObject({
      ...{ outsideId: '1.1.0', state: 'created' },
    });
  });

  withTime('with NANTE_LONG=1', () => {
    it('is left where it is well on the host, and not from outside', async () => {
      onHost(
        `sudo nft add table inet block; sudo nft 'add chain inet block forward { type filter hook prerouting priority -300; }'; sudo nft add rule inet block forward tcp dport 8080 ip saddr != 127.0.0.0/8 drop`,
      );
      const error = await timed(
        'a version that nobody outside reaches',
        failure(
          engine.deployDocker(
            { ...request('1.3.0', await publish('v3')), healthSeconds: 8 },
            cli,
          ),
        ),
      );
      onHost('sudo nft delete table inet block');
      expect(error.message).toContain('was well on shop-1 itself');
      expect(error.message).toContain('1.1.0 is back, and healthy (shop-1).');
      expect(await page()).toBe('v2');
    });
  });
});

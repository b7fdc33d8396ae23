import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployDockerRequest } from '@nante/model';
import { kill } from '../__testUtils__/killed';
import { provisionRequest, startLab, type Lab } from '../__testUtils__/lab';
import { ansibleBin, ansibleProject } from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
import { lockKey } from '../store/keys';
import type { Engine } from '../types';
import { releaseWordOf } from './docker/releaseWord';
import { imageForHosts } from './docker/role';

jest.setTimeout(180_000);

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const imageOf = (letter: string) =>
  `nexus.example.com/docker-hosted/shop@${digest(letter)}`;

const request = (
  change: Partial<DeployDockerRequest> = {},
): DeployDockerRequest => ({
  requestId: `docker-${Math.random().toString(36).slice(2, 12)}`,
  ...{ requestedBy: 'user:default/mia', operator: false, dryRun: false },
  ...{ app: 'shop', environment: 'dev', hosts: ['shop-1'], version: '1.0.0' },
  ...{ image: imageOf('a'), port: 8080, healthPath: '/healthz' },
  ...{ healthSeconds: 5, variables: {} },
  ...change,
});

let lab: Lab;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-docker-'));
  lab = await startLab();
  Object.assign(lab.setting, {
    ansible: { bin: ansibleBin, project: ansibleProject },
    ...{ privateKey: 'a key', sandboxGuests: 'record' },
  });
  engine = lab.engineWith({});
  for (const name of ['shop-1', 'shop-2'])
    await engine.provision(provisionRequest({ name }), cli);
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const compose = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe('A deployment by Compose', () => {
  it('is refused before a run begins, with what to do about it', async () => {
    const runs = (await engine.listRuns()).length;
    const good = compose('good.yaml', 'services: {app: {image: "${IMAGE}"}}');
    for (const [change, code, words] of [
      [{ image: 'shop:1.0.0' }, 'invalid-input', 'by its digest'],
      [
        { hosts: ['shop-1', 'no-1'] },
        'not-found',
        'shop has no host no-1 in dev',
      ],
      [{ environment: 'prod' }, 'refused', 'Only operators may deploy to prod'],
      [
        { environment: 'prod', operator: true },
        'refused',
        'prod is restricted',
      ],
      [{ environment: 'moon' }, 'invalid-input', 'no environment "moon"'],
      [
        { composeFile: join(folder, 'none.yaml') },
        'invalid-input',
        'none.yaml cannot be read (ENOENT)',
      ],
      [
        { composeFile: compose('broken.yaml', 'services: [') },
        'invalid-input',
        'broken.yaml is no YAML',
      ],
      [
        { composeFile: compose('other.yaml', 'version: "3"') },
        'invalid-input',
        'other.yaml has no services',
      ],
      [
        {
          composeFile: compose(
            'fixed.yaml',
            'services: {app: {image: "shop:1"}}',
          ),
        },
        'invalid-input',
        'takes its image from ${IMAGE}',
      ],
      [
        { composeFile: good, variables: { WHO: "it's me" } },
        'invalid-input',
        'The variable WHO',
      ],
    ] as const) {
      const error = await failure(
        engine.deployDocker(
          request(change as Partial<DeployDockerRequest>),
          cli,
        ),
      );
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(words);
    }
    expect(await engine.listRuns()).toHaveLength(runs);
  });

  it('is only pretended where the guests are records, says so, and knows by the ledger what was there', async () => {
    const first = await engine.deployDocker(
      request({ hosts: ['shop-1', 'shop-2'] }),
      cli,
    );
    expect(first).toMatchObject({
      ...{ host: 'shop-1', hosts: ['shop-1', 'shop-2'] },
      ...{ workspace: 'deployments.shop.dev', state: 'succeeded' },
      appDeployment: {
        ...{ kind: 'docker', version: '1.0.0', what: imageOf('a') },
        ...{ places: ['shop-1', 'shop-2'], healthy: true },
        alreadyThere: false,
        health: [
          { url: 'http://192.0.2.1:8080/healthz', answer: '(pretended)' },
        ],
      },
      configuration: { pretended: true, roles: ['app-deploy'] },
    });
    const lines = (await engine.runLog(first.id, -1)).map(({ text }) => text);
    expect(lines.join('\n')).toContain('(pretended)');
    expect(first.byHand.join('\n')).toContain('site.yml');
    const ledger = await readLedger(lab.store, 'deployments.shop.dev');
    expect(ledger).toMatchObject([
      {
        ...{ id: 'docker/shop-1/app/shop', system: 'docker', kind: 'app' },
        ...{ outsideId: '1.0.0', digest: digest('a'), state: 'created' },
      },
      { id: 'docker/shop-2/app/shop', state: 'created' },
    ]);

    const again = await engine.deployDocker(request(), cli);
    expect(again.appDeployment).toMatchObject({ alreadyThere: true });
    const second = await engine.deployDocker(
      request({ version: '1.1.0', image: imageOf('b') }),
      cli,
    );
    expect(second.appDeployment).toMatchObject({
      ...{ previousVersion: '1.0.0', alreadyThere: false, healthy: true },
    });
    // The hosts have it in passing alone.
    const managed = await engine.managedHosts();
    expect(managed.flatMap(({ desired }) => desired.roles ?? [])).toEqual([]);
  });

  it('changes nothing by a dry run', async () => {
    const before = await readLedger(lab.store, 'deployments.shop.dev');
    const run = await engine.deployDocker(
      request({
        ...{ dryRun: true, environment: 'dev', version: '9.9.9' },
        image: imageOf('c'),
      }),
      cli,
    );
    expect(run.state).toBe('succeeded');
    expect(run.appDeployment).toBeUndefined();
    expect(await readLedger(lab.store, 'deployments.shop.dev')).toEqual(before);
  });

  it('that was killed is taken up by its repeat, which takes both locks over', async () => {
    const wish = request({ version: '1.3.0', image: imageOf('e') });
    const what = { verb: 'deploy-docker' as const, request: wish };
    expect(await kill(lab, what, 'deploy', 50)).toBe(true);
    const [entry] = await readLedger(lab.store, 'deployments.shop.dev');
    const run = await engine.deployDocker(wish, cli);
    expect(run).toMatchObject({
      ...{ id: wish.requestId, state: 'succeeded' },
      appDeployment: { version: '1.3.0', healthy: true },
    });
    const [after] = await readLedger(lab.store, 'deployments.shop.dev');
    expect(after).toMatchObject({ id: entry.id, outsideId: '1.3.0' });
    expect(after.state).toBe('created');
  });

  it('and a configuration of its hosts follow one another, and all locks are given back', async () => {
    const busy = engine.configure(
      {
        ...{ requestId: 'configure-meanwhile', dryRun: false },
        ...{ requestedBy: 'user:default/mia', operator: false },
        ...{ app: 'shop', environment: 'dev', names: ['shop-1'] },
        roles: [{ name: 'nginx', arguments: {} }],
      },
      cli,
    );
    const deployed = engine.deployDocker(
      request({ version: '1.2.0', image: imageOf('d') }),
      cli,
    );
    await Promise.all([busy, deployed]);
    for (const workspace of ['deployments.shop.dev', 'shop-dev']) {
      const lock = await lab.store.get(lockKey(workspace));
      expect(JSON.parse(lock!.body.toString()).state).toBe('released');
    }
  });
});

describe('What a host says of a release', () => {
  const said = {
    ...{ version: '2.0.0', state: 'returned', previous: '1.0.0' },
    ...{ returnedTo: '1.0.0', answer: '200', why: 'it ended', log: ['oh'] },
  };
  const event = {
    ...{ type: 'ok' as const, host: 'shop-1' },
    task: 'app-deploy : Say what became of the release',
    message: `release: ${JSON.stringify(said)}`,
  };

  it('is one line of JSON of one task; anything else is no word', () => {
    expect(releaseWordOf(event)).toEqual(said);
    for (const other of [
      { ...event, task: 'app-deploy : Say why' },
      { ...event, message: 'release: {' },
      { ...event, message: 'release: {"state":"fine"}' },
      { ...event, message: undefined },
    ])
      expect(releaseWordOf(other)).toBeUndefined();
  });
});

it('An image of this machine’s own loopback is taken from where hosts reach it', () => {
  const rest = `docker-hosted/shop@${digest('a')}`;
  const on = (host: string) => `${host}/${rest}`;
  expect(imageForHosts(on('127.0.0.1:8081'), '198.18.0.1:8081')).toBe(
    on('198.18.0.1:8081'),
  );
  expect(imageForHosts(on('localhost:8081'), 'http://10.0.0.1:8081/')).toBe(
    on('10.0.0.1:8081'),
  );
  for (const [image, registry] of [
    [on('127.0.0.1:8081'), undefined],
    [on('127.0.0.1:8081'), '198.18.0.1:9000'],
    [on('nexus.example.com:8081'), '198.18.0.1:8081'],
  ])
    expect(imageForHosts(image!, registry)).toBe(image);
});

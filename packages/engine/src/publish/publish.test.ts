import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NexusApi } from '@nante/clients';
import type { PublishRequest } from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';
import { cli, detailsOf, failure, whenRunning } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
import {
  mavenOf,
  publishRequest,
  sha256,
  writeImage,
  writeTgz,
  writeZip,
} from './__testUtils__/files';

jest.setTimeout(120_000);

// The sandbox answers in this process.
const execFileAsync = promisify(execFile);

let lab: Lab;
let nexus: NexusApi;
let folder: string;
beforeAll(async () => {
  lab = await startLab({ deployments: true });
  nexus = await lab.engine.nexus('nexus');
  folder = mkdtempSync(join(tmpdir(), 'nante-publish-'));
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => lab.clearFaults());

type Change = Partial<PublishRequest>;
const publish = (...args: Parameters<typeof publishRequest>) =>
  lab.engine.publish(publishRequest(...args), cli);
const ledger = async (path: string) =>
  (await readLedger(lab.store, 'releases.hello')).filter(
    ({ outsideId }) => outsideId === path,
  );
/** Number of calls of an act that may have changed something in Nexus. */
async function changes(act: () => Promise<unknown>): Promise<number> {
  const url = `${lab.setting.endpoints.nexus?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  return ((await (await fetch(url)).json()) as { mutating: number }).mutating;
}

it('a file becomes an artifact, with what it was built from; the same once more is success and changes nothing', async () => {
  const file = writeZip(folder, 'hello.zip');
  const digest = sha256(readFileSync(file));
  const path = 'com/example/hello/1.0.0/hello-1.0.0.zip';
  const provenance = {
    commit: 'abcdef0123',
    buildUrl: 'https://ci.example.com/1',
  };
  const planned = await changes(async () => {
    const run = await publish(file, { ...mavenOf('1.0.0'), dryRun: true });
    expect(run.artifact).toMatchObject({ alreadyThere: false });
  });
  expect(planned).toBe(0);
  const run = await publish(file, { ...mavenOf('1.0.0'), ...provenance });
  const { url } = lab.setting.endpoints.nexus!;
  expect(run.artifact).toEqual({
    ...{ connection: 'nexus', repository: 'maven-releases', format: 'maven2' },
    ...{ name: 'com.example:hello', version: '1.0.0', alreadyThere: false },
    assets: [{ path, size: 1000, sha256: digest }],
    pull: `${url}/repository/maven-releases/${path}`,
  });
  expect(run).toMatchObject({
    ...{ state: 'succeeded', host: '', environment: '', app: 'hello' },
    inputs: { ...provenance, file: 'hello.zip' },
  });
  await expect(nexus.sha256('maven-releases', path)).resolves.toBe(digest);
  expect(await ledger(`maven-releases/${path}`)).toMatchObject([
    { state: 'created', runId: run.id, digest: `sha256:${digest}`, provenance },
  ]);
  const again = await changes(async () => {
    const second = await publish(file, mavenOf('1.0.0'));
    expect(second.artifact).toMatchObject({ alreadyThere: true });
    expect(detailsOf(second).upload).toMatch(/^skipped: /);
  });
  expect(again).toBe(0);
});

it.each(['maven-releases', 'raw-hosted'])(
  'another file at the same place of %s is refused, whatever the policy of the repository, and both checksums are named',
  async repository => {
    const [mine, other] = ['a', 'b'].map(name =>
      writeZip(folder, `${name}-${repository}.zip`, 2000),
    );
    const where =
      repository === 'raw-hosted'
        ? { group: 'apps/hello', name: 'hello.zip', version: 'build_7' }
        : mavenOf('2.0.0-rc.1+x');
    await publish(mine, where);
    const refused = await changes(async () => {
      const error = await failure(publish(other, where));
      expect(error).toMatchObject({
        code: 'conflict',
        hint: expect.stringContaining('another version'),
      });
      for (const file of [mine, other])
        expect(error.message).toContain(sha256(readFileSync(file)));
    });
    expect(refused).toBe(0);
  },
);

it('an upload that is cut leaves nothing, says so, and works when it is repeated', async () => {
  const file = writeZip(folder, 'big.zip', 3_000_000);
  const where = mavenOf('3.0.0');
  const path = 'com/example/hello/3.0.0/hello-3.0.0.zip';
  await lab.fault('nexus', { kind: 'upload-cut', afterBytes: 900_000 });
  const request = publishRequest(file, where);
  const error = await failure(lab.engine.publish(request, cli));
  expect(error).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(
      /was cut after \d+ of \d+ bytes\. Nothing of it is in maven-releases\.$/,
    ),
  });
  await expect(nexus.head('maven-releases', path)).resolves.toBeUndefined();
  expect(await ledger(`maven-releases/${path}`)).toMatchObject([
    { state: 'removed' },
  ]);
  const run = await lab.engine.publish(request, cli);
  expect(run).toMatchObject({ id: request.requestId, state: 'succeeded' });
  expect(run.artifact).toMatchObject({ alreadyThere: false });
});

it('an answer that is lost is no failure: it is looked whether the artifact is there', async () => {
  const file = writeZip(folder, 'lost.zip', 2000);
  // Somebody else publishes the same at the same moment, and our own upload is refused.
  const act = whenRunning('upload', async () => {
    await nexus.upload(
      'maven-releases',
      {
        ...{ format: 'maven2', group: 'com.example', artifact: 'hello' },
        ...{ version: '4.0.0', extension: 'zip' },
      },
      {
        size: 2000,
        open: () => createReadStream(file),
      },
    );
  });
  const run = await lab.engine.publish(
    publishRequest(file, mavenOf('4.0.0')),
    act,
  );
  expect(run.state).toBe('succeeded');
});

it('an index that is behind misleads nobody, and what was deleted is published again', async () => {
  await lab.fault('nexus', { kind: 'index-lag', ms: 60_000 });
  const file = writeZip(folder, 'lag.zip', 5000);
  const where = { group: 'lag', name: 'lag.zip', version: '1' };
  const first = await publish(file, where);
  expect(first.artifact?.alreadyThere).toBe(false);
  const second = await publish(file, where);
  expect(second.artifact?.alreadyThere).toBe(true);
  const { url, username, password } = lab.setting.endpoints.nexus!;
  const gone = await fetch(`${url}/repository/raw-hosted/lag/1/lag.zip`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
  });
  expect(gone.status).toBe(204);
  const third = await publish(file, where);
  expect(third.artifact?.alreadyThere).toBe(false);
});

it('npm packages and charts go by what they say, and a request that disagrees is refused', async () => {
  const npm = await writeTgz(join(folder, 'whatever.tgz'), {
    'package/README.md': 'x'.repeat(100_000),
    'package/package.json': JSON.stringify({
      ...{ name: '@example/tool', version: '1.2.3-beta.1' },
    }),
  });
  const ofNpm: Change = { repository: 'npm-hosted', format: 'npm' };
  const run = await publish(npm, ofNpm);
  expect(run.artifact).toMatchObject({
    ...{ name: '@example/tool', version: '1.2.3-beta.1' },
    assets: [{ path: '@example/tool/-/tool-1.2.3-beta.1.tgz' }],
  });
  const again = await publish(npm, { ...ofNpm, name: '@example/tool' });
  expect(again.artifact?.alreadyThere).toBe(true);
  const chart = await writeTgz(join(folder, 'chart.tgz'), {
    'hello/Chart.yaml': 'apiVersion: v2\nname: hello\nversion: 0.1.0\n',
    'hello/templates/a.yaml': 'a: b\n',
  });
  const ofHelm: Change = { repository: 'helm-hosted', format: 'helm' };
  await expect(publish(chart, ofHelm)).resolves.toMatchObject({
    artifact: { name: 'hello', version: '0.1.0', alreadyThere: false },
  });
  const disagrees = { ...ofHelm, version: '0.2.0' };
  await expect(publish(chart, disagrees)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining(
      'the request says version 0.2.0, and the file 0.1.0',
    ),
  });
  await expect(publish(chart, ofNpm)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('no package.json'),
  });
});

it('an image goes by its digest; the same one is recognised at once, another under its tag is refused', async () => {
  const [image, other] = await Promise.all(
    ['one', 'two'].map(name =>
      writeImage(join(folder, `${name}.tar`), randomBytes(300_000)),
    ),
  );
  const where: Change = {
    ...{ repository: 'docker-hosted', format: 'docker' },
    ...{ name: 'team/hello', version: '2026.11.26_1' },
  };
  const run = await publish(image, where);
  const { host } = new URL(lab.setting.endpoints.nexus!.url);
  const { digest } = run.artifact!;
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(run.artifact?.pull).toBe(`${host}/docker-hosted/team/hello@${digest}`);
  expect(await ledger('docker-hosted/team/hello:2026.11.26_1')).toMatchObject([
    { state: 'created', digest },
  ]);
  const began = Date.now();
  const again = await publish(image, where);
  expect(again.artifact).toMatchObject({ alreadyThere: true, digest });
  expect(Date.now() - began).toBeLessThan(2000);
  await expect(publish(other, where)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`${digest}`),
  });
});

it.each([
  ['a file that is not there', 'none.zip', {}, 'ENOENT'],
  ['a folder', '.', {}, 'no plain file'],
  ['an empty file', 'empty', {}, 'is empty'],
  ['a link', 'link.zip', {}, 'a link, which is not followed'],
  [
    'an artifact without its coordinates',
    'ok.zip',
    { repository: 'maven-releases', format: 'maven2' },
    'missing: group, name, version',
  ],
  ['a snapshot', 'ok.zip', mavenOf('1-SNAPSHOT'), 'another thing each time'],
  ['a version that is a path', 'ok.zip', { version: '../..' }, 'version'],
  [
    'a group for npm',
    'ok.zip',
    { format: 'npm', repository: 'npm-hosted', group: 'x' },
    'group means nothing for npm',
  ],
  [
    'a package that is none',
    'ok.zip',
    { format: 'npm', repository: 'npm-hosted' },
    'is no npm package',
  ],
  [
    'an image with a name that no registry takes',
    'ok.zip',
    {
      format: 'docker',
      repository: 'docker-hosted',
      name: 'Team/App',
      version: '1+2',
    },
    'lower-case letters',
  ],
  [
    'another format',
    'ok.zip',
    { repository: 'npm-hosted' },
    'of format npm, and not raw',
  ],
  [
    'no repository',
    'ok.zip',
    { repository: 'nothing' },
    'no repository nothing',
  ],
  [
    'another connection',
    'ok.zip',
    { connection: 'elsewhere' },
    'Name one of nexus',
  ],
] as const)(
  'refuses %s, says what to do, and changes nothing',
  async (_what, name, change, says) => {
    writeFileSync(join(folder, 'empty'), '');
    const target = writeZip(folder, 'ok.zip');
    rmSync(join(folder, 'link.zip'), { force: true });
    symlinkSync(target, join(folder, 'link.zip'));
    const count = await changes(async () => {
      const error = await failure(
        publish(join(folder, name), change as Change),
      );
      expect(error.code).toBe('invalid-input');
      expect(`${error.message} ${error.hint ?? ''}`).toContain(says);
    });
    expect(count).toBe(0);
  },
);

it('says what is wrong with Nexus: read-only, full, down, a user that may only read', async () => {
  const file = writeZip(folder, 'x.zip');
  const to = (version: string) => publish(file, mavenOf(version));
  await lab.fault('nexus', { kind: 'readonly-mode' });
  await expect(to('9.0.0')).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('read-only mode'),
  });
  await lab.clearFaults();
  await lab.fault('nexus', { kind: 'disk-full' });
  await expect(to('9.0.0')).rejects.toMatchObject({
    message: expect.stringMatching(/no space left.*Nothing of it is in maven/),
  });
  await lab.clearFaults();
  const { readOnly } = lab.setting.endpoints.nexus as unknown as {
    readOnly: { username: string; password: string };
  };
  const reader = lab.engineWith({
    secrets: {
      NEXUS_USERNAME: readOnly.username,
      NEXUS_PASSWORD: readOnly.password,
    },
  });
  await expect(
    reader.publish(publishRequest(file, mavenOf('9.0.0')), cli),
  ).rejects.toMatchObject({
    code: 'unauthorized',
    hint: expect.stringContaining(
      'nx-repository-view-maven2-maven-releases-add',
    ),
  });
  await lab.fault('nexus', { kind: 'refuse' });
  await expect(to('9.0.0')).rejects.toMatchObject({ code: 'unreachable' });
});

it('a run that is cancelled ends its upload, and leaves nothing', async () => {
  const file = writeZip(folder, 'cancel.zip', 40_000_000);
  const controller = new AbortController();
  const request = publishRequest(file, { group: 'c', name: 'cancel.zip' });
  const act = whenRunning('upload', () => controller.abort());
  await expect(
    lab.engine.publish(request, { ...act, signal: controller.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  const run = await lab.engine.getRun(request.requestId);
  expect(run).toMatchObject({ state: 'cancelled', leftovers: [] });
  await expect(
    nexus.head('raw-hosted', 'c/cancel.zip'),
  ).resolves.toBeUndefined();
});

it('a file that changes while it is sent does not arrive', async () => {
  const file = writeZip(folder, 'changing.zip', 20_000_000);
  const request = publishRequest(file, { group: 'c', name: 'changing.zip' });
  const act = whenRunning('look', () => {
    const content = readFileSync(file);
    content.writeUInt8(content[19_000_000] ^ 1, 19_000_000);
    writeFileSync(file, content);
  });
  await expect(lab.engine.publish(request, act)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('changed while it was published'),
  });
  await expect(
    nexus.head('raw-hosted', 'c/changing.zip'),
  ).resolves.toBeUndefined();
});

it('by hand it is the same: the commands of a run bring the file to the same place', async () => {
  const file = writeZip(folder, 'by hand.zip');
  const run = await publish(file, { ...mavenOf('8.0.0'), dryRun: true });
  const { username, password } = lab.setting.endpoints.nexus!;
  for (const command of run.byHand)
    await execFileAsync('sh', ['-c', command], {
      env: {
        ...process.env,
        NEXUS_USERNAME: `${username}`,
        NEXUS_PASSWORD: `${password}`,
      },
    });
  const again = await publish(file, mavenOf('8.0.0'));
  expect(again.artifact?.alreadyThere).toBe(true);
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(
    again.artifact?.assets[0].sha256,
  );
});

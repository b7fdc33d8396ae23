import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../__testUtils__/server';
import {
  writeDockerSave,
  writeOciArchive,
  writePlatforms,
  writeSeveral,
  writeTar,
} from './__testUtils__/images';
import { bytes, startNexus, type TestNexus } from './__testUtils__/nexus';
import { readImageArchive } from './imageArchive';

jest.setTimeout(60_000);

let nexus: TestNexus;

beforeAll(async () => {
  nexus = await startNexus();
});
afterEach(() => nexus.clearFaults());
afterAll(() => nexus.stop());

const at = (name: string) => join(nexus.folder, `${name}.tar`);

/** Calls that an act made and that may have changed something. */
async function mutatingCalls(act: () => Promise<unknown>): Promise<number> {
  const url = `${nexus.endpoint.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const counts = await (await fetch(url)).json();
  return (counts as { mutating: number }).mutating;
}

it('pushes an OCI layout, answers the digest of what the tag stands for, and sends nothing twice', async () => {
  const api = nexus.client();
  const layers = [bytes(2_000_000), bytes(10), Buffer.alloc(0)];
  const digest = await writeOciArchive(at('oci'), layers);
  const wanted = { image: 'team/app', tag: '1.0_rc.1' };
  await expect(readImageArchive(at('oci'), wanted)).resolves.toMatchObject({
    digest,
  });
  const seen: number[] = [];
  const push = () =>
    api.pushImage('docker-hosted', 'team/app', '1.0_rc.1', at('oci'), {
      onProgress: sent => seen.push(sent),
    });
  await expect(push()).resolves.toBe(digest);
  expect(seen.at(-1)).toBeGreaterThan(2_000_000);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  await expect(
    api.imageDigest('docker-hosted', 'team/app', '1.0_rc.1'),
  ).resolves.toBe(digest);
  await expect(
    api.imageDigest('docker-hosted', 'team/app', 'none'),
  ).resolves.toBeUndefined();
  const { host } = new URL(nexus.endpoint.url);
  await expect(
    api.imageReference('docker-hosted', 'team/app', digest),
  ).resolves.toBe(`${host}/docker-hosted/team/app@${digest}`);
  // The tag alone is set anew.
  await expect(mutatingCalls(push)).resolves.toBe(1);
});

it('pushes an image of several platforms whole', async () => {
  const api = nexus.client();
  const digest = await writePlatforms(at('platforms'));
  await expect(
    api.pushImage('docker-hosted', 'multi', 'v1', at('platforms')),
  ).resolves.toBe(digest);
  const { url, username, password } = nexus.endpoint;
  const answer = await fetch(`${url}/v2/docker-hosted/multi/manifests/v1`, {
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      accept: 'application/vnd.oci.image.index.v1+json',
    },
  });
  const { manifests } = (await answer.json()) as {
    manifests: { platform: { architecture: string } }[];
  };
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual([
    'amd64',
    'arm64',
  ]);
});

it('pushes what docker save wrote, with the same digest each time', async () => {
  const layer = bytes(5000);
  await writeDockerSave(at('save'), [layer, bytes(700), layer]);
  const wanted = { image: 'team/saved', tag: 'v1' };
  const { digest } = await readImageArchive(at('save'), wanted);
  const api = nexus.client();
  for (const tag of ['v1', 'v2'])
    await expect(
      api.pushImage('docker-hosted', 'team/saved', tag, at('save')),
    ).resolves.toBe(digest);
});

it('takes the image that is meant out of several, and asks where it is not clear', async () => {
  const digests = await writeSeveral(at('several'), ['a/app:v1', 'a/app:v2']);
  await expect(
    readImageArchive(at('several'), { image: 'app', tag: 'v2' }),
  ).resolves.toMatchObject({ digest: digests[1] });
  await expect(
    readImageArchive(at('several'), { image: 'app', tag: 'v3' }),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('a/app:v1, a/app:v2'),
  });
});

it.each([
  ['no archive', 'text of some length, and nothing else'.repeat(40)],
  ['nothing', ''],
  ['the begin of an archive', undefined],
])('refuses %s before it sends anything', async (_what, content) => {
  const file = at('bad');
  if (content === undefined) {
    await writeTar(at('whole'), [['index.json', Buffer.alloc(5000)]]);
    writeFileSync(file, readFileSync(at('whole')).subarray(0, 3000));
  } else writeFileSync(file, content);
  await expect(
    nexus.client().pushImage('docker-hosted', 'bad', 'v1', file),
  ).rejects.toMatchObject({ code: 'invalid-input' });
});

it('refuses an archive that lacks what it refers to, or is damaged', async () => {
  const api = nexus.client();
  await writePlatforms(at('half'), { leaveOut: true });
  await expect(
    api.pushImage('docker-hosted', 'half', 'v1', at('half')),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('which is not in it'),
  });
  const layer = bytes(100_000);
  await writeOciArchive(at('damaged'), [layer]);
  const content = readFileSync(at('damaged'));
  content.writeUInt8(
    content[content.indexOf(layer) + 50] ^ 1,
    content.indexOf(layer) + 50,
  );
  writeFileSync(at('damaged'), content);
  await expect(
    api.pushImage('docker-hosted', 'damaged', 'v1', at('damaged')),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('The archive is damaged'),
  });
  await expect(
    api.imageDigest('docker-hosted', 'damaged', 'v1'),
  ).resolves.toBeUndefined();
});

it('goes on where a push was cut', async () => {
  const api = nexus.client();
  const digest = await writeOciArchive(at('cut'), [
    bytes(300_000),
    bytes(900_000),
  ]);
  const push = () => api.pushImage('docker-hosted', 'cut', 'v1', at('cut'));
  await nexus.fault({ kind: 'upload-cut', afterBytes: 200_000, count: 1 });
  await expect(push()).rejects.toMatchObject({ code: 'unreachable' });
  await expect(
    api.imageDigest('docker-hosted', 'cut', 'v1'),
  ).resolves.toBeUndefined();
  await expect(push()).resolves.toBe(digest);
});

it('names the privilege that is missing, and a repository that takes no images', async () => {
  const digest = await writeOciArchive(at('reader'), [bytes(10)]);
  expect(digest).toMatch(/^sha256:/);
  await expect(
    nexus.reader().pushImage('docker-hosted', 'reader', 'v1', at('reader')),
  ).rejects.toMatchObject({
    code: 'unauthorized',
    hint: expect.stringContaining(
      'nx-repository-view-docker-docker-hosted-add',
    ),
  });
  await expect(
    nexus.client().pushImage('raw-hosted', 'x', 'v1', at('reader')),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('format raw'),
  });
  await expect(
    nexus.client().imageDigest('nothing', 'x', 'v1'),
  ).rejects.toMatchObject({ code: 'not-found' });
});

it('gets a token where the registry wants one, at a port of its own, and hands the password to no other host', async () => {
  const seen: string[] = [];
  let realm = '';
  const registry = await startServer((request, response) => {
    const { url = '', headers } = request;
    seen.push(
      `${request.method} ${url} ${headers.authorization?.split(' ')[0]}`,
    );
    if (url.startsWith('/token')) {
      response.end(JSON.stringify({ token: 'abc' }));
      return;
    }
    const isIn = headers.authorization === 'Bearer abc';
    response
      .writeHead(isIn ? 404 : 401, {
        'www-authenticate': `Bearer realm="${realm}",service="registry"`,
      })
      .end();
  });
  const port = Number(new URL(registry.url).port);
  const server = await startServer((request, response) => {
    const isSettings = request.url?.includes('/docker/hosted/');
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        ...{ name: 'images', format: 'docker', type: 'hosted', online: true },
        url: 'http://127.0.0.1/repository/images',
        ...(isSettings && {
          storage: { blobStoreName: 'default', writePolicy: 'ALLOW' },
          docker: { v1Enabled: false, forceBasicAuth: false, httpPort: port },
        }),
      }),
    );
  });
  const api = nexus.client({ url: server.url });
  realm = `${registry.url}/token`;
  await expect(api.imageDigest('images', 'app', 'v1')).resolves.toBeUndefined();
  expect(seen).toEqual([
    'HEAD /v2/app/manifests/v1 Basic',
    'GET /token?service=registry Basic',
    'HEAD /v2/app/manifests/v1 Bearer',
  ]);
  await expect(api.imageReference('images', 'app', 'sha256:0')).resolves.toBe(
    `127.0.0.1:${port}/app@sha256:0`,
  );
  realm = `http://localhost:${port}/token`;
  await expect(api.imageDigest('images', 'app', 'v1')).rejects.toMatchObject({
    code: 'unauthorized',
  });
  expect(seen.filter(call => call.includes('/token'))).toHaveLength(1);
  await registry.stop();
  await server.stop();
});

import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { startServer } from '../__testUtils__/server';
import {
  bytes,
  sha256,
  sourceOf,
  startNexus,
  type TestNexus,
} from './__testUtils__/nexus';
import type { Upload } from './types';

jest.setTimeout(60_000);

let nexus: TestNexus;

beforeAll(async () => {
  nexus = await startNexus();
});
afterEach(() => nexus.clearFaults());
afterAll(() => nexus.stop());

const raw = (filename: string): Upload => ({
  ...{ format: 'raw', directory: '/builds/', filename },
});
const maven = (version: string, more: object = {}): Upload => ({
  ...{ format: 'maven2', group: 'com.example.site', artifact: 'pages' },
  ...{ version, extension: 'tar.gz', ...more },
});

it('brings a file to its path, and knows its checksum there while the index is behind', async () => {
  const api = nexus.client();
  await nexus.lag(60_000);
  const content = bytes(3_000_000);
  const seen: number[] = [];
  await api.upload('raw-hosted', raw('big file+1.bin'), sourceOf(content), {
    onProgress: sent => seen.push(sent),
  });
  const path = 'builds/big file+1.bin';
  expect(api.pathOf(raw('big file+1.bin'))).toBe(path);
  expect(seen.at(-1)).toBe(content.length);
  expect(seen.length).toBeGreaterThan(10);
  await expect(api.head('raw-hosted', path)).resolves.toEqual({
    size: content.length,
    sha1: expect.stringMatching(/^[0-9a-f]{40}$/),
  });
  await expect(api.sha256('raw-hosted', path)).resolves.toBe(sha256(content));
  await expect(api.head('raw-hosted', 'builds/none')).resolves.toBeUndefined();
  await expect(
    api.sha256('raw-hosted', 'builds/none'),
  ).resolves.toBeUndefined();
});

it('answers the checksum of what lies there now, not of what the index remembers', async () => {
  const api = nexus.client();
  await nexus.lag(0);
  const [old, fresh] = [bytes(100), bytes(100)];
  const path = 'builds/changing.bin';
  await api.upload('raw-hosted', raw('changing.bin'), sourceOf(old));
  await expect(api.sha256('raw-hosted', path)).resolves.toBe(sha256(old));
  await nexus.lag(60_000);
  await api.upload('raw-hosted', raw('changing.bin'), sourceOf(fresh));
  await expect(api.sha256('raw-hosted', path)).resolves.toBe(sha256(fresh));
  const { components } = await api.search({ name: 'builds/changing.bin' });
  await api.deleteComponent(components[0].id);
  await expect(api.sha256('raw-hosted', path)).resolves.toBeUndefined();
});

it('makes a Maven artifact with its project file once, of any version, and never over one that is there', async () => {
  const api = nexus.client();
  const [content, sources] = [gzipSync(bytes(1000)), gzipSync(bytes(2000))];
  const version = '2026.11-rc_1+build.7';
  const path = `com/example/site/pages/${version}/pages-${version}`;
  await api.upload('maven-releases', maven(version), sourceOf(content));
  const second = maven(version, { classifier: 'sources' });
  await api.upload('maven-releases', second, sourceOf(sources));
  expect(api.pathOf(second)).toBe(`${path}-sources.tar.gz`);
  for (const [file, of] of [
    [`${path}.tar.gz`, content],
    [`${path}-sources.tar.gz`, sources],
  ] as const)
    await expect(api.sha256('maven-releases', file)).resolves.toBe(sha256(of));
  await expect(
    api.head('maven-releases', `${path}.pom`),
  ).resolves.toMatchObject({ size: expect.any(Number) });
  await expect(
    api.upload('maven-releases', maven(version), sourceOf(sources)),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('does not allow updating assets'),
  });
  await expect(api.sha256('maven-releases', `${path}.tar.gz`)).resolves.toBe(
    sha256(content),
  );
});

it('leaves nothing behind when it is cut half-way, says how far it came, and works when repeated', async () => {
  const api = nexus.client();
  const content = bytes(2_000_000);
  await nexus.fault({ kind: 'upload-cut', afterBytes: 500_000, count: 1 });
  const cut = await api
    .upload('raw-hosted', raw('cut.bin'), sourceOf(content))
    .catch(error => error);
  expect(cut).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/was cut after \d+ of 2000000 bytes/),
  });
  const path = 'builds/cut.bin';
  await expect(api.head('raw-hosted', path)).resolves.toBeUndefined();
  await api.upload('raw-hosted', raw('cut.bin'), sourceOf(content));
  await expect(api.sha256('raw-hosted', path)).resolves.toBe(sha256(content));
});

it('says when Nexus has no room', async () => {
  await nexus.fault({ kind: 'disk-full' });
  await expect(
    nexus.client().upload('raw-hosted', raw('f'), sourceOf(bytes(10))),
  ).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('no space left'),
  });
});

it('refuses a file that grows or shrinks meanwhile, and ends when it is cancelled', async () => {
  const api = nexus.client();
  for (const size of [5, 20])
    await expect(
      api.upload('raw-hosted', raw('other'), {
        size,
        open: () => Readable.from([Buffer.alloc(10)], { objectMode: false }),
      }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('changed while it was read'),
    });
  await expect(api.head('raw-hosted', 'builds/other')).resolves.toBeUndefined();
  const stop = new AbortController();
  const endless = {
    size: 1e9,
    open: () =>
      new Readable({
        read() {
          stop.abort();
          setTimeout(() => this.push(Buffer.alloc(100)), 10);
        },
      }),
  };
  await expect(
    api.upload('raw-hosted', raw('x'), endless, { signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

it('waits as long as bytes flow, however slowly, and not for one that is silent', async () => {
  let isSilent = false;
  const server = await startServer((request, response) => {
    if (isSilent) return;
    // Takes a little from time to time.
    const timer = setInterval(() => request.read(), 20);
    request.on('readable', () => {});
    request.on('end', () => {
      clearInterval(timer);
      response.writeHead(201).end();
    });
  });
  const api = nexus.client({ url: server.url, timeoutMs: 300 });
  const slow = {
    size: 8,
    open: () => {
      let left = 8;
      return new Readable({
        read() {
          setTimeout(
            () => this.push(left-- > 0 ? Buffer.from('x') : null),
            100,
          );
        },
      });
    },
  };
  await expect(
    api.upload('raw-hosted', raw('slow'), slow),
  ).resolves.toBeUndefined();
  isSilent = true;
  await expect(
    api.upload('raw-hosted', raw('silent'), sourceOf(bytes(50_000_000))),
  ).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/fell silent after \d+ of 50000000 bytes/),
  });
  await server.stop();
});

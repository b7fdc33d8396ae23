import { text } from 'node:stream/consumers';
import { createAuthority } from '../__testUtils__/certificates';
import { startServer } from '../__testUtils__/server';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNexus, sourceOf, type TestNexus } from './__testUtils__/nexus';

jest.setTimeout(60_000);

let nexus: TestNexus;

beforeAll(async () => {
  nexus = await startNexus();
});
afterEach(() => nexus.clearFaults());
afterAll(() => nexus.stop());

const raw = (filename: string) =>
  ({ format: 'raw', directory: 'notes', filename }) as const;

describe('access', () => {
  it('tells the version and whether uploads are taken', async () => {
    const api = nexus.client();
    await expect(api.checkAccess()).resolves.toEqual({
      version: expect.stringMatching(/^3\.\d+/),
      isWritable: true,
    });
    await nexus.fault({ kind: 'readonly-mode' });
    await expect(api.checkAccess()).resolves.toMatchObject({
      isWritable: false,
    });
    const file = sourceOf(Buffer.from('x'));
    await expect(
      api.upload('raw-hosted', raw('a.txt'), file),
    ).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('read-only mode'),
    });
  });

  it('says what is wrong with it, and never the password', async () => {
    const password = ['not', 'the', 'right', 'one'].join('-');
    const refusal = await nexus
      .client({ password })
      .checkAccess()
      .catch(error => error);
    expect(refusal).toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('NEXUS_USERNAME and NEXUS_PASSWORD'),
    });
    expect(JSON.stringify(refusal) + refusal.stack).not.toContain(password);
    expect(() => nexus.client({ password: '' })).toThrow('password');
    expect(() => nexus.client({ username: 'a:b' })).toThrow('colon');
  });

  it('names the privilege that a user lacks', async () => {
    const api = nexus.reader();
    await expect(
      api.upload('raw-hosted', raw('a.txt'), sourceOf(Buffer.from('x'))),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('may not take notes/a.txt'),
      hint: expect.stringContaining('nx-repository-view-raw-raw-hosted-add'),
    });
    await expect(
      api.createRepository({
        ...{ name: 'mine', format: 'raw' },
        ...{ blobStore: 'default', redeploy: false },
      }),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('nx-repository-admin-raw-*-add'),
    });
    // Its settings are none of its business; that it is there, it may know.
    const seen = await api.repository('raw-hosted');
    expect(seen).toMatchObject({ format: 'raw', type: 'hosted' });
    expect(seen).not.toHaveProperty('redeploy');
  });

  it('takes passwords of any alphabet, an address as it stands in a browser, and a private authority', async () => {
    const authority = await createAuthority('Test CA');
    const asked: string[] = [];
    const server = await startServer(
      async (request, response) => {
        asked.push(`${request.url} ${request.headers.authorization}`);
        await text(request);
        response.setHeader('content-type', 'application/json').end('[]');
      },
      await authority.issue(),
    );
    const caFile = join(nexus.folder, 'ca.pem');
    writeFileSync(caFile, authority.cert);
    const password = 'пароль-密';
    const url = `${server.url}/nexus/service/rest/swagger.json#/x`;
    await nexus.client({ url, caFile, password }).repositories();
    const basic = Buffer.from(`nante:${password}`).toString('base64');
    expect(asked).toEqual([
      `/nexus/service/rest/v1/repositories Basic ${basic}`,
    ]);
    await expect(nexus.client({ url }).repositories()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('not trusted'),
    });
    await server.stop();
  });

  it('asks again when Nexus is busy, and gives up in time on one that is down, drips or is something else', async () => {
    const api = nexus.client({ timeoutMs: 1500 });
    await nexus.fault({ kind: 'status', status: 503, count: 1 });
    await expect(api.repositories()).resolves.not.toEqual([]);
    await nexus.clearFaults();
    const server = await startServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url?.startsWith('/other')) {
        response.end('<html>a shop</html>');
        return;
      }
      const drip = setInterval(() => response.write('['), 50);
      request.socket.on('close', () => clearInterval(drip));
    });
    await expect(
      nexus.client({ url: server.url, timeoutMs: 400 }).repositories(),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('within 0.4 s'),
    });
    await expect(
      nexus.client({ url: `${server.url}/other` }).repositories(),
    ).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('no answer of Nexus'),
    });
    await server.stop();
    await expect(
      nexus.client({ url: server.url }).repositories(),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nothing listens there'),
    });
    const stop = AbortSignal.abort();
    await expect(api.repositories({ signal: stop })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('repositories', () => {
  it('are listed, and shown with their settings', async () => {
    const api = nexus.client();
    const names = (await api.repositories()).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toContain('maven-releases');
    await expect(api.repository('maven-releases')).resolves.toMatchObject({
      ...{ name: 'maven-releases', format: 'maven2', type: 'hosted' },
      ...{ redeploy: false, blobStore: 'default' },
    });
    await expect(api.repository('docker-hosted')).resolves.toMatchObject({
      isPathBased: true,
      redeploy: true,
    });
    await expect(api.repository('nothing')).resolves.toBeUndefined();
  });

  it.each(['maven2', 'raw', 'npm', 'helm', 'docker'] as const)(
    'of format %s are made as asked, and only once',
    async format => {
      const api = nexus.client();
      const wanted = {
        ...{ name: `new-${format}`, format, blobStore: 'default' },
        redeploy: false,
      };
      await api.createRepository(wanted);
      await expect(api.repository(wanted.name)).resolves.toMatchObject({
        ...{ name: wanted.name, format, type: 'hosted' },
        ...{ redeploy: false, blobStore: 'default' },
      });
      await expect(api.createRepository(wanted)).rejects.toMatchObject({
        code: 'invalid-input',
      });
    },
  );
});

describe('components', () => {
  it('are searched page by page, newest version first; a token that has expired says to begin anew', async () => {
    const api = nexus.client();
    await nexus.lag(0);
    for (let number = 0; number < 101; number++)
      await api.upload(
        'raw-hosted',
        { format: 'raw', directory: 'many', filename: `${number}.txt` },
        sourceOf(Buffer.from(`${number}`)),
      );
    const query = { repository: 'raw-hosted', name: 'many/*' };
    const first = await api.search(query);
    expect(first.components).toHaveLength(100);
    expect(first.next).toEqual(expect.any(String));
    const second = await api.search(query, { token: first.next });
    expect(second.components).toHaveLength(1);
    expect(second).not.toHaveProperty('next');
    await nexus.fault({ kind: 'tokens-expire' });
    await expect(
      api.search(query, { token: first.next }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      hint: 'Begin the search anew.',
    });
    const { components } = await api.search({
      ...{ repository: 'maven-releases', group: 'com.example', name: 'shop' },
      sort: 'version',
    });
    const numbers = components.map(({ version }) =>
      version.split('.').map(Number),
    );
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual(
      [...numbers].sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]),
    );
    const [asset] = components[0].assets;
    expect(asset.path).toMatch(/^com\/example\/shop\//);
    expect(asset.checksums.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are shown and deleted by their id; one that is gone meanwhile is no error', async () => {
    const api = nexus.client();
    await nexus.lag(0);
    await api.upload('raw-hosted', raw('gone.txt'), sourceOf(Buffer.from('x')));
    const { components } = await api.search({ name: 'notes/gone.txt' });
    const [{ id }] = components;
    await expect(api.component(id)).resolves.toMatchObject({ id });
    await api.deleteComponent(id);
    await expect(api.component(id)).resolves.toBeUndefined();
    await expect(api.component('no id')).resolves.toBeUndefined();
    await expect(api.deleteComponent(id)).resolves.toBeUndefined();
    await expect(nexus.reader().deleteComponent(id)).resolves.toBeUndefined();
  });
});

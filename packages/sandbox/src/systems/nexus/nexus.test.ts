import { createHash } from 'node:crypto';
import {
  removeTestSandboxes,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import { startNexus, type Found } from './__testUtils__/server';
import { deploymentPackage } from './seed/files';

afterEach(removeTestSandboxes);

const rest = '/service/rest/v1';
const hello = deploymentPackage('hello', '1.0.0');
const sum = (algorithm: string, content: Uint8Array) =>
  createHash(algorithm).update(content).digest('hex');

/** A form as the components API takes it. */
function form(fields: Record<string, string | Uint8Array>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value)]), 'file.bin');
  return data;
}

const helloForm = (version = '1.0.0') =>
  form({
    'maven2.groupId': 'com.example',
    'maven2.artifactId': 'hello',
    'maven2.version': version,
    'maven2.generate-pom': 'true',
    'maven2.packaging': 'zip',
    'maven2.asset1': hello,
    'maven2.asset1.extension': 'zip',
  });

it('takes a Maven artifact by form, once, and serves it with checksums and metadata', async () => {
  const { call, json, found } = await startNexus();
  const upload = `${rest}/components?repository=maven-releases`;
  expect((await call('POST', upload, { body: helloForm() })).status).toBe(204);

  const [component] = await found('repository=maven-releases&name=hello', 1);
  expect(component).toMatchObject({ group: 'com.example', version: '1.0.0' });
  expect(component.assets.map(({ path }) => path.split('/').pop())).toEqual([
    'hello-1.0.0.zip',
    'hello-1.0.0.zip.md5',
    'hello-1.0.0.zip.sha1',
    'hello-1.0.0.pom',
    'hello-1.0.0.pom.md5',
    'hello-1.0.0.pom.sha1',
  ]);
  expect(component.assets[0].checksum).toEqual({
    md5: sum('md5', hello),
    sha1: sum('sha1', hello),
    sha256: sum('sha256', hello),
    sha512: sum('sha512', hello),
  });
  const folder = '/repository/maven-releases/com/example/hello';
  const file = `${folder}/1.0.0/hello-1.0.0.zip`;
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'])
    expect(await (await call('GET', `${file}.${algorithm}`)).text()).toBe(
      sum(algorithm, hello),
    );
  const metadata = await (
    await call('GET', `${folder}/maven-metadata.xml`)
  ).text();
  expect(metadata).toContain('<release>1.0.0</release>');
  const metadataSum = await call('GET', `${folder}/maven-metadata.xml.sha1`);
  expect(await metadataSum.text()).toBe(sum('sha1', Buffer.from(metadata)));

  const assets = `${rest}/assets?repository=maven-releases`;
  const before = await json<{ items: Found[] }>(assets);
  const again = await call('POST', upload, { body: helloForm() });
  expect(again.status).toBe(400);
  expect(await again.json()).toEqual([
    {
      id: '*',
      message: 'Repository does not allow updating assets: maven-releases',
    },
  ]);
  const put = await call('PUT', file, { body: hello });
  expect([put.status, put.statusText]).toEqual([
    400,
    'Repository does not allow updating assets: maven-releases',
  ]);
  // What was refused left nothing behind, and what was there is unchanged.
  expect(await json(assets)).toEqual(before);
  const read = await call('GET', file);
  expect(sum('sha1', new Uint8Array(await read.arrayBuffer()))).toBe(
    sum('sha1', hello),
  );
});

it('refuses what does not belong into a Maven repository and says why', async () => {
  const { call } = await startNexus();
  const reasons: Record<string, string> = {};
  async function refused(label: string, path: string, body: BodyInit = hello) {
    const method = path.startsWith(rest) ? 'POST' : 'PUT';
    const response = await call(method, path, { body });
    expect(response.status).toBe(400);
    reasons[label] =
      response.statusText === 'Bad Request'
        ? (await response.json())[0].message
        : response.statusText;
  }
  const releases = '/repository/maven-releases';
  await refused('layout', `${releases}/hello.zip`);
  await refused(
    'snapshot',
    `${releases}/com/example/a/1-SNAPSHOT/a-1-SNAPSHOT.zip`,
  );
  await refused(
    'release',
    '/repository/maven-snapshots/com/example/a/1/a-1.zip',
  );
  await refused(
    'content',
    `${releases}/com/example/a/1/a-1.zip`,
    'no zip at all',
  );
  const upload = `${rest}/components?repository=maven-releases`;
  await refused(
    'missing',
    upload,
    form({ 'maven2.groupId': 'x', 'maven2.asset1': hello }),
  );
  await refused('form', upload, '{}');
  await refused('by form', upload, helloForm('2-SNAPSHOT'));
  await refused(
    'format',
    `${rest}/components?repository=docker-hosted`,
    helloForm(),
  );
  expect(reasons).toEqual({
    layout: 'Invalid path for a Maven 2 repository: hello.zip',
    snapshot:
      'Repository version policy: RELEASE does not allow version: 1-SNAPSHOT (maven-releases)',
    release:
      'Repository version policy: SNAPSHOT does not allow version: 1 (maven-snapshots)',
    content:
      'Detected content type [text/plain], but expected [application/zip]: com/example/a/1/a-1.zip',
    missing: "Missing required component field 'Artifact ID'",
    form: 'Expected multipart Content-Type',
    'by form':
      'Upload to snapshot repositories not supported, use the maven client.',
    format: 'Upload is not supported for format docker',
  });
  const snapshot = 'com/example/a/1.0-SNAPSHOT/a-1.0-20261126.101112-3.zip';
  const put = await call('PUT', `/repository/maven-snapshots/${snapshot}`, {
    body: hello,
  });
  expect(put.status).toBe(201);
  const metadata = await call(
    'GET',
    '/repository/maven-snapshots/com/example/a/1.0-SNAPSHOT/maven-metadata.xml',
  );
  expect(await metadata.text()).toContain('<buildNumber>3</buildNumber>');
});

it('keeps raw files with all that HTTP offers for reading them', async () => {
  const { call, json, found } = await startNexus();
  const path = '/repository/raw-hosted/reports/2026/a b.txt';
  const put = await call('PUT', path, { body: 'first content' });
  expect(put.status).toBe(201);
  const head = await call('HEAD', path);
  const etag = head.headers.get('etag') as string;
  expect(etag).toBe(`"{SHA1{${sum('sha1', Buffer.from('first content'))}}}"`);
  expect(head.headers.get('content-length')).toBe('13');
  expect(head.headers.get('content-type')).toMatch(/^text\/plain/);
  const modified = head.headers.get('last-modified') as string;

  const part = await call('GET', path, { headers: { range: 'bytes=6-' } });
  expect([part.status, await part.text()]).toEqual([206, 'content']);
  expect(part.headers.get('content-range')).toBe('bytes 6-12/13');
  const beyond = await call('GET', path, { headers: { range: 'bytes=99-' } });
  expect(beyond.status).toBe(416);
  for (const [name, value] of [
    ['if-none-match', etag],
    ['if-modified-since', modified],
  ])
    expect(
      (await call('GET', path, { headers: { [name]: value } })).status,
    ).toBe(304);

  const [component] = await found(
    'repository=raw-hosted&group=/reports/2026',
    1,
  );
  expect(component).toMatchObject({
    group: '/reports/2026',
    name: '/reports/2026/a b.txt',
    version: null,
  });
  const [{ downloadUrl }] = component.assets;
  expect(await (await call('GET', new URL(downloadUrl).pathname)).text()).toBe(
    'first content',
  );
  expect((await call('PUT', path, { body: 'second' })).status).toBe(201);
  expect(await (await call('GET', path)).text()).toBe('second');
  const { checksum, lastDownloaded } = await json<{
    checksum: Record<string, string>;
    lastDownloaded: string;
  }>(`${rest}/assets/${component.assets[0].id}`);
  expect(checksum.sha256).toBe(sum('sha256', Buffer.from('second')));
  expect(Date.parse(lastDownloaded)).toBeGreaterThan(Date.now() - 60_000);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
  await found('repository=raw-hosted&group=/reports/2026', 0);
});

it('lets in only who is known, and only to what they may do', async () => {
  const { call, json } = await startNexus();
  const file = '/repository/raw-hosted/x.txt';
  const status = async (...[method, path, options]: Parameters<typeof call>) =>
    (await call(method, path, options)).status;
  for (const [method, path] of [
    ['GET', file],
    ['GET', `${rest}/search?q=shop`],
    ['PUT', file],
    ['GET', '/v2/'],
  ]) {
    const response = await call(method, path, { as: 'nobody' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^BASIC realm=/);
  }
  expect(await status('GET', `${rest}/status`, { as: 'nobody' })).toBe(200);
  expect(
    await status('GET', `${rest}/status`, {
      as: 'nobody',
      headers: { authorization: 'Basic bm8=' },
    }),
  ).toBe(200);
  expect(
    await status('GET', `${rest}/repositories`, {
      as: 'nobody',
      headers: { authorization: 'Basic bm86bm8=' },
    }),
  ).toBe(401);

  const viewer = { as: 'viewer' } as const;
  expect(await json<unknown[]>(`${rest}/repositories`, 'viewer')).toHaveLength(
    6,
  );
  expect(
    await json<{ items: unknown[] }>(`${rest}/search?q=shop`, 'viewer'),
  ).toMatchObject({ continuationToken: null });
  const [{ id }] = (
    await json<{ items: Found[] }>(`${rest}/search?name=shop`, 'viewer')
  ).items;
  expect(await status('PUT', file, { ...viewer, body: 'x' })).toBe(403);
  expect(await status('DELETE', `${rest}/components/${id}`, viewer)).toBe(403);
  expect(
    await status('POST', `${rest}/components?repository=raw-hosted`, {
      ...viewer,
      body: form({}),
    }),
  ).toBe(403);
  expect(
    await status('GET', `${rest}/repositories/raw/hosted/raw-hosted`, viewer),
  ).toBe(403);
  expect(
    await status('DELETE', `${rest}/repositories/raw-hosted`, viewer),
  ).toBe(403);
  expect(
    await status('POST', '/v2/docker-hosted/shop/web/blobs/uploads/', viewer),
  ).toBe(403);
  expect(await status('GET', `${rest}/security/users`)).toBe(403);
  const users = await json<{ userId: string }[]>(
    `${rest}/security/users`,
    'admin',
  );
  expect(users.map(({ userId }) => userId)).toEqual([
    'admin',
    'nante',
    'viewer',
  ]);
});

it('makes, changes and removes repositories by the bodies of the vendor', async () => {
  const { call, json } = await startNexus();
  const storage = {
    blobStoreName: 'default',
    strictContentTypeValidation: true,
    writePolicy: 'ALLOW_ONCE',
  };
  const body = {
    name: 'tools',
    online: true,
    storage,
    raw: { contentDisposition: 'INLINE' },
  };
  const base = `${rest}/repositories/raw/hosted`;
  expect((await call('POST', base, { body })).status).toBe(201);
  const twice = await call('POST', base, { body: { ...body, name: 'TOOLS' } });
  expect([twice.status, (await twice.json())[0].id]).toEqual([400, 'name']);
  expect(await json(`${base}/tools`)).toMatchObject({
    ...body,
    format: 'raw',
    type: 'hosted',
  });

  const file = '/repository/tools/a.txt';
  expect((await call('PUT', file, { body: '1' })).status).toBe(201);
  expect((await call('PUT', file, { body: '2' })).status).toBe(400);
  const closed = { ...body, storage: { ...storage, writePolicy: 'DENY' } };
  expect((await call('PUT', `${base}/tools`, { body: closed })).status).toBe(
    204,
  );
  const denied = await call('PUT', '/repository/tools/b.txt', { body: '1' });
  expect([denied.status, denied.statusText]).toEqual([
    400,
    'Repository is read only: tools',
  ]);
  const offline = { ...body, online: false };
  expect((await call('PUT', `${base}/tools`, { body: offline })).status).toBe(
    204,
  );
  expect((await call('GET', file)).status).toBe(503);
  expect((await call('DELETE', `${rest}/repositories/tools`)).status).toBe(204);
  expect((await call('GET', file)).status).toBe(404);
  expect((await call('GET', `${rest}/repositories/tools`)).status).toBe(404);

  for (const [format, wrong] of [
    ['raw', { ...body, name: '_x' }],
    ['raw', { ...body, storage: { ...storage, blobStoreName: 'other' } }],
    ['raw', { ...body, storage: { ...storage, writePolicy: 'SOMETIMES' } }],
    [
      'docker',
      {
        ...body,
        name: 'Images',
        docker: { v1Enabled: false, forceBasicAuth: true },
      },
    ],
    ['maven', body],
  ] as const) {
    const response = await call(
      'POST',
      `${rest}/repositories/${format}/hosted`,
      { body: wrong },
    );
    expect(response.status).toBe(400);
  }
});

it('keeps what it has between starts, and goes back to its seed when told', async () => {
  const dataDir = await temporaryFolder();
  const first = await startNexus({ dataDir });
  await first.call('PUT', '/repository/raw-hosted/kept.txt', { body: 'kept' });
  await first.stop();
  const second = await startNexus({ dataDir });
  expect(
    await (await second.call('GET', '/repository/raw-hosted/kept.txt')).text(),
  ).toBe('kept');
  await second.found('name=kept.txt', 1);
  const before = await second.json<{ items: Found[] }>(
    `${rest}/components?repository=maven-releases`,
  );
  await second.control('POST', '/reset');
  expect(
    (await second.call('GET', '/repository/raw-hosted/kept.txt')).status,
  ).toBe(404);
  const after = await second.json<{ items: Found[] }>(
    `${rest}/components?repository=maven-releases`,
  );
  expect(after.items.map(({ id }) => id)).toEqual(
    before.items.map(({ id }) => id),
  );
  expect(after.items[0].assets[0].checksum).toEqual(
    before.items[0].assets[0].checksum,
  );
});

import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startNexus, type TestNexus } from './__testUtils__/server';
import { digestOf, image } from './seed/files';

afterEach(removeTestSandboxes);

const base = '/v2/docker-hosted/team/app';
const { manifest, mediaType, blobs } = image('team/app', '1.0');

/** Pushes the blobs of an image at once each. */
async function pushBlobs({ call }: TestNexus, parts = blobs, path = base) {
  for (const blob of parts) {
    const response = await call(
      'POST',
      `${path}/blobs/uploads/?digest=${digestOf(blob)}`,
      { body: new Uint8Array(blob) },
    );
    expect(response.status).toBe(201);
  }
}

function putManifest(
  { call }: TestNexus,
  tag: string,
  body = manifest,
  path = base,
) {
  return call('PUT', `${path}/manifests/${tag}`, {
    body: new Uint8Array(body),
    headers: { 'content-type': mediaType },
  });
}

async function codeOf(response: Response): Promise<[number, string]> {
  const { errors } = (await response.json()) as { errors: { code: string }[] };
  return [response.status, errors[0].code];
}

it('takes an image in pieces, by tag and digest, and finds it afterwards', async () => {
  const nexus = await startNexus();
  const { call, json, found } = nexus;
  expect(
    (await call('GET', '/v2/')).headers.get('docker-distribution-api-version'),
  ).toBe('registry/2.0');
  const [config, layer] = blobs;
  await pushBlobs(nexus, [config]);

  const begun = await call('POST', `${base}/blobs/uploads/`);
  expect(begun.status).toBe(202);
  const location = begun.headers.get('location') as string;
  const half = layer.length >> 1; // eslint-disable-line no-bitwise
  const first = await call('PATCH', location, {
    body: new Uint8Array(layer.subarray(0, half)),
    headers: { 'content-range': `0-${half - 1}` },
  });
  expect([first.status, first.headers.get('range')]).toEqual([
    202,
    `0-${half - 1}`,
  ]);
  const gap = await call('PATCH', location, {
    body: 'x',
    headers: { 'content-range': `${half + 9}-${half + 9}` },
  });
  expect(await codeOf(gap)).toEqual([416, 'BLOB_UPLOAD_INVALID']);
  expect((await call('GET', location)).headers.get('range')).toBe(
    `0-${half - 1}`,
  );
  const last = await call('PUT', `${location}?digest=${digestOf(layer)}`, {
    body: new Uint8Array(layer.subarray(half)),
  });
  expect([last.status, last.headers.get('docker-content-digest')]).toEqual([
    201,
    digestOf(layer),
  ]);

  const put = await putManifest(nexus, '1.0');
  const digest = digestOf(manifest);
  expect([put.status, put.headers.get('docker-content-digest')]).toEqual([
    201,
    digest,
  ]);
  for (const reference of ['1.0', digest]) {
    const got = await call('GET', `${base}/manifests/${reference}`);
    expect(got.headers.get('content-type')).toBe(mediaType);
    expect(got.headers.get('docker-content-digest')).toBe(digest);
    expect(Buffer.from(await got.arrayBuffer())).toEqual(manifest);
  }
  const head = await call('HEAD', `${base}/blobs/${digestOf(layer)}`);
  expect(head.headers.get('content-length')).toBe(String(layer.length));
  const [component] = await found(
    'docker.imageName=%22team/app%22&docker.imageTag=1.0',
    1,
  );
  expect(component).toMatchObject({
    group: null,
    name: 'team/app',
    version: '1.0',
  });
  expect(component.assets.map(({ path }) => path)).toEqual([
    '/v2/team/app/manifests/1.0',
  ]);
  expect(`sha256:${component.assets[0].checksum.sha256}`).toBe(digest);

  expect(await json('/v2/_catalog')).toEqual({
    repositories: ['docker-hosted/shop/web', 'docker-hosted/team/app'],
  });
  const tags = await call(
    'GET',
    '/v2/docker-hosted/shop/web/tags/list?n=2&last=1.1.0',
  );
  expect(await tags.json()).toEqual({
    name: 'docker-hosted/shop/web',
    tags: ['1.10.0', '1.11.0'],
  });
  expect(tags.headers.get('link')).toContain('rel="next"');
  const proxied = await call(
    'HEAD',
    '/repository/docker-hosted/v2/team/app/manifests/1.0',
  );
  expect(proxied.headers.get('docker-content-digest')).toBe(digest);
  expect(await json(`${base}/referrers/${digest}`)).toMatchObject({
    manifests: [],
  });
});

it('takes a blob over from another image or repository instead of the bytes', async () => {
  const nexus = await startNexus();
  const { call } = nexus;
  const storage = {
    blobStoreName: 'default',
    strictContentTypeValidation: true,
    writePolicy: 'ALLOW',
  };
  const docker = { v1Enabled: false, forceBasicAuth: true, pathEnabled: true };
  await call('POST', '/service/rest/v1/repositories/docker/hosted', {
    body: { name: 'other', online: true, storage, docker },
  });
  await pushBlobs(nexus);
  const digest = digestOf(blobs[1]);
  const mount = (from: string) =>
    call('POST', `/v2/other/copy/blobs/uploads/?mount=${digest}&from=${from}`);
  expect((await mount('docker-hosted/nothing-of-it')).status).toBe(201);
  expect((await call('HEAD', `/v2/other/copy/blobs/${digest}`)).status).toBe(
    200,
  );
  expect(
    (
      await call(
        'POST',
        `/v2/other/copy/blobs/uploads/?mount=${digestOf(manifest)}&from=docker-hosted/team/app`,
      )
    ).status,
  ).toBe(202);
});

it('refuses what does not fit together, in the words of the protocol', async () => {
  const nexus = await startNexus();
  const { call } = nexus;
  const upload = `${base}/blobs/uploads/`;
  const wrong = `sha256:${'0'.repeat(64)}`;
  expect(
    await codeOf(
      await call('POST', `${upload}?digest=${wrong}`, { body: 'x' }),
    ),
  ).toEqual([400, 'DIGEST_INVALID']);
  expect(
    await codeOf(await call('PATCH', `${upload}none`, { body: 'x' })),
  ).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  expect(await codeOf(await putManifest(nexus, '1.0'))).toEqual([
    404,
    'MANIFEST_BLOB_UNKNOWN',
  ]);
  expect(
    await codeOf(await putManifest(nexus, '1.0', Buffer.from('{}'))),
  ).toEqual([400, 'MANIFEST_INVALID']);
  expect(await codeOf(await call('GET', `${base}/manifests/9`))).toEqual([
    404,
    'MANIFEST_UNKNOWN',
  ]);
  expect(await codeOf(await call('GET', `${base}/blobs/${wrong}`))).toEqual([
    404,
    'BLOB_UNKNOWN',
  ]);
  expect(await codeOf(await call('GET', '/v2/nowhere/app/tags/list'))).toEqual([
    404,
    'NAME_UNKNOWN',
  ]);
  expect(
    await codeOf(await call('GET', '/v2/docker-hosted/UPPER/tags/list')),
  ).toEqual([400, 'NAME_INVALID']);
  expect(
    await codeOf(
      await call('GET', base.concat('/tags/list'), { as: 'nobody' }),
    ),
  ).toEqual([401, 'UNAUTHORIZED']);
  expect(await codeOf(await call('POST', upload, { as: 'viewer' }))).toEqual([
    403,
    'DENIED',
  ]);
  await pushBlobs(nexus);
  expect(await codeOf(await putManifest(nexus, wrong))).toEqual([
    400,
    'DIGEST_INVALID',
  ]);
});

it('holds tags where they may be pushed once, latest apart where that is set', async () => {
  const nexus = await startNexus();
  const { call, json } = nexus;
  const settings = '/service/rest/v1/repositories/docker/hosted/docker-hosted';
  const before = await json<{ storage: object }>(settings);
  const storage = {
    ...before.storage,
    writePolicy: 'ALLOW_ONCE',
    latestPolicy: true,
  };
  expect(
    (await call('PUT', settings, { body: { ...before, storage } })).status,
  ).toBe(204);
  await pushBlobs(nexus);
  for (const tag of ['1.0', 'latest', 'latest'])
    expect((await putManifest(nexus, tag)).status).toBe(201);
  const again = await putManifest(nexus, '1.0');
  const { errors } = await again.json();
  expect([again.status, errors[0].code, errors[0].message]).toEqual([
    400,
    'DENIED',
    'Repository does not allow updating assets: docker-hosted',
  ]);
});

it('an image that is deleted is gone by its digest too, unless another tag has it', async () => {
  const nexus = await startNexus();
  const { call, found } = nexus;
  await pushBlobs(nexus);
  await putManifest(nexus, 'a');
  await putManifest(nexus, 'b');
  const digest = digestOf(manifest);
  const status = async (reference: string) =>
    (await call('HEAD', `${base}/manifests/${reference}`)).status;
  const [a, b] = await found(
    'name=%22team/app%22&sort=version&direction=asc',
    2,
  );
  await call('DELETE', `/service/rest/v1/components/${a.id}`);
  expect([await status('a'), await status('b'), await status(digest)]).toEqual([
    404, 200, 200,
  ]);
  await call('DELETE', `/service/rest/v1/components/${b.id}`);
  expect([await status('b'), await status(digest)]).toEqual([404, 404]);

  await putManifest(nexus, 'c');
  await putManifest(nexus, 'd');
  expect((await call('DELETE', `${base}/manifests/${digest}`)).status).toBe(
    202,
  );
  expect([await status('c'), await status('d'), await status(digest)]).toEqual([
    404, 404, 404,
  ]);
});

import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startNexus, type TestNexus } from './__testUtils__/server';
import { chart, npmPackage } from './seed/files';

afterEach(removeTestSandboxes);

const rest = '/service/rest/v1';

interface Packument {
  'dist-tags': Record<string, string>;
  versions: Record<string, { dist: Record<string, string> }>;
}

/** What npm sends to publish a version. */
function publication(
  name: string,
  version: string,
  archive = npmPackage(name, version),
) {
  return {
    name,
    'dist-tags': { [version.includes('-') ? 'next' : 'latest']: version },
    versions: { [version]: { name, version } },
    _attachments: {
      [`${name}-${version}.tgz`]: { data: archive.toString('base64') },
    },
  };
}

function formOf(field: string, content: Uint8Array) {
  const data = new FormData();
  data.append(field, new Blob([new Uint8Array(content)]), 'a.tgz');
  return data;
}

async function setPolicy({ call, json }: TestNexus, format: string) {
  const settings = `${rest}/repositories/${format}/hosted/${format}-hosted`;
  const before = await json<{ storage: object }>(settings);
  const storage = { ...before.storage, writePolicy: 'ALLOW_ONCE' };
  const changed = await call('PUT', settings, { body: { ...before, storage } });
  expect(changed.status).toBe(204);
}

it('takes packages as npm publishes them, and says what is there as npm asks', async () => {
  const nexus = await startNexus();
  const { call, json, found } = nexus;
  await setPolicy(nexus, 'npm');
  const base = '/repository/npm-hosted';
  const put = (version: string) =>
    call('PUT', `${base}/@example%2fparts`, {
      body: publication('@example/parts', version),
    });
  for (const version of ['1.0.0', '2.0.0-rc.1', '1.1.0'])
    expect((await put(version)).status).toBe(200);
  const document = await json<Packument>(`${base}/@example/parts`);
  expect(document['dist-tags']).toEqual({
    latest: '1.1.0',
    next: '2.0.0-rc.1',
  });
  expect(Object.keys(document.versions)).toEqual([
    '1.0.0',
    '1.1.0',
    '2.0.0-rc.1',
  ]);
  const { dist } = document.versions['1.1.0'];
  const archive = new Uint8Array(
    await (await call('GET', new URL(dist.tarball).pathname)).arrayBuffer(),
  );
  expect(dist.integrity).toBe(
    `sha512-${createHash('sha512').update(archive).digest('base64')}`,
  );
  const [component] = await found(
    'npm.scope=example&name=parts&version=1.1.0',
    1,
  );
  expect(component).toMatchObject({ group: 'example', name: 'parts' });

  const again = await put('1.1.0');
  expect([again.status, await again.json()]).toEqual([
    400,
    {
      success: false,
      error: 'Repository does not allow updating assets: npm-hosted',
    },
  ]);
  const other = await call('PUT', `${base}/@example%2fparts`, {
    body: publication('@example/parts', '3.0.0', npmPackage('else', '3.0.0')),
  });
  expect([other.status, (await other.json()).error]).toEqual([
    400,
    'The archive is of another package: else',
  ]);
  expect(
    (await call('PUT', `${base}/parts`, { body: { name: 'parts' } })).status,
  ).toBe(400);
  expect((await call('GET', `${base}/nothing`)).status).toBe(404);

  const tags = `${base}/-/package/@example%2fparts/dist-tags`;
  expect(
    (await call('PUT', `${tags}/stable`, { body: '"1.0.0"' })).status,
  ).toBe(200);
  expect(
    (await call('PUT', `${tags}/stable`, { body: '"9.0.0"' })).status,
  ).toBe(404);
  expect((await call('DELETE', `${tags}/next`)).status).toBe(200);
  expect(await json(tags)).toEqual({ latest: '1.1.0', stable: '1.0.0' });
  const search = await json<{
    objects: { package: { name: string; version: string } }[];
  }>(`${base}/-/v1/search?text=parts`);
  expect(
    search.objects.map(
      ({ package: { name, version } }) => `${name} ${version}`,
    ),
  ).toEqual(['@example/parts 2.0.0-rc.1']);
});

it('takes packages and charts by form too, under the names that stand in them', async () => {
  const nexus = await startNexus();
  const { call, json, found } = nexus;
  const upload = async (
    repository: string,
    field: string,
    content: Uint8Array,
  ) =>
    call('POST', `${rest}/components?repository=${repository}`, {
      body: formOf(field, content),
    });
  expect(
    (await upload('npm-hosted', 'npm.asset', npmPackage('tools', '0.2.0')))
      .status,
  ).toBe(204);
  expect(
    (await upload('npm-hosted', 'npm.asset', npmPackage('tools', '0.1.0')))
      .status,
  ).toBe(204);
  const { 'dist-tags': tags } = await json<Packument>(
    '/repository/npm-hosted/tools',
  );
  expect(tags).toEqual({ latest: '0.2.0' });
  expect(
    (await upload('helm-hosted', 'helm.asset', chart('web', '0.1.0'))).status,
  ).toBe(204);
  const [{ assets }] = await found('repository=helm-hosted&name=web', 1);
  expect(assets.map(({ path }) => path)).toEqual(['/web-0.1.0.tgz']);
  for (const [repository, field, content, reason] of [
    [
      'helm-hosted',
      'helm.asset',
      npmPackage('a', '1.0.0'),
      'The file is no chart: it has no Chart.yaml',
    ],
    [
      'npm-hosted',
      'npm.asset',
      chart('a', '1.0.0'),
      'The file is no package: it has no package.json',
    ],
    [
      'npm-hosted',
      'npm.asset',
      Buffer.from('no archive'),
      'The file is no package: it has no package.json',
    ],
    [
      'npm-hosted',
      'helm.asset',
      chart('a', '1.0.0'),
      'The upload has no assets',
    ],
  ] as const) {
    const response = await upload(repository, field, content);
    expect([response.status, (await response.json())[0].message]).toEqual([
      400,
      reason,
    ]);
  }
});

it('has charts in its index as soon as searches know them, and no longer than they are there', async () => {
  const nexus = await startNexus({ lagMs: 200 });
  const { call, found } = nexus;
  const base = '/repository/helm-hosted';
  await setPolicy(nexus, 'helm');
  async function entries() {
    const text = await (await call('GET', `${base}/index.yaml`)).text();
    return parse(text).entries as Record<
      string,
      { version: string; digest: string; urls: string[] }[]
    >;
  }
  const archive = chart('web', '0.1.0');
  const put = () =>
    call('PUT', `${base}/web-0.1.0.tgz`, { body: new Uint8Array(archive) });
  expect((await put()).status).toBe(200);
  expect((await entries()).web).toBeUndefined();
  await found('repository=helm-hosted&name=web', 1);
  expect((await entries()).web).toMatchObject([
    {
      version: '0.1.0',
      urls: ['web-0.1.0.tgz'],
      digest: createHash('sha256').update(archive).digest('hex'),
    },
  ]);
  expect((await put()).status).toBe(400);
  expect((await call('DELETE', `${base}/web-0.1.0.tgz`)).status).toBe(200);
  await found('repository=helm-hosted&name=web', 0);
  expect((await entries()).web).toBeUndefined();
  expect((await entries()).shop).toHaveLength(4);
});

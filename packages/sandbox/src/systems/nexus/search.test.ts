import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startNexus, type Found } from './__testUtils__/server';
import { compareVersions, isPrerelease } from './search/versions';

afterEach(removeTestSandboxes);

const rest = '/service/rest/v1';

interface Page {
  items: Found[];
  continuationToken: string | null;
}

it('finds components by words, wildcards, checksums and the names of their formats', async () => {
  const { json, call } = await startNexus();
  async function names(query: string) {
    const { items } = await json<Page>(`${rest}/search?${query}`);
    return [
      ...new Set(items.map(({ format, name }) => `${format} ${name}`)),
    ].sort();
  }
  expect(await names('name=shop')).toEqual([
    'docker shop/web',
    'helm shop',
    'maven2 shop',
  ]);
  expect(await names('name=%22shop%22')).toEqual(['helm shop', 'maven2 shop']);
  expect(await names('name=bil*')).toEqual(['maven2 billing']);
  expect(await names('name=bil?ing')).toEqual(['maven2 billing']);
  expect(await names('q=web')).toEqual(['docker shop/web']);
  expect(await names('q=example+ui')).toEqual(['npm ui']);
  expect(await names('format=npm&npm.scope=example')).toEqual(['npm ui']);
  expect(
    await names('docker.imageName=%22shop/web%22&docker.imageTag=1.0.0'),
  ).toEqual(['docker shop/web']);
  expect(await names('maven.groupId=com.example&maven.extension=pom')).toEqual([
    'maven2 billing',
    'maven2 shop',
  ]);
  expect(await names('repository=nowhere')).toEqual([]);
  const prereleases = await json<Page>(
    `${rest}/search?format=npm&prerelease=true`,
  );
  expect(prereleases.items.map(({ version }) => version)).toEqual([
    '4.0.0-rc.1',
  ]);

  const [shop] = (
    await json<Page>(
      `${rest}/search?repository=maven-releases&name=shop&version=1.4.0`,
    )
  ).items;
  const { sha256 } = shop.assets[0].checksum;
  const bySum = await json<{ items: Found['assets'] }>(
    `${rest}/search/assets?sha256=${sha256}`,
  );
  expect(bySum.items.map(({ path }) => path)).toEqual([
    '/com/example/shop/1.4.0/shop-1.4.0.zip',
  ]);

  for (const query of ['name=*shop', 'q=?hop', 'name=sh*', 'sort=size'])
    expect((await call('GET', `${rest}/search?${query}`)).status).toBe(400);
});

it('sorts versions as people count, the newest first unless told', async () => {
  const { json, call } = await startNexus();
  const question = `${rest}/search?repository=docker-hosted&name=web&sort=version`;
  const newest = (await json<Page>(question)).items.map(
    ({ version }) => version,
  );
  expect(newest.slice(0, 3)).toEqual(['1.11.0', '1.10.0', '1.9.0']);
  const oldest = (await json<Page>(`${question}&direction=asc`)).items;
  expect(oldest.map(({ version }) => version)).toEqual(newest.reverse());

  const download = `${rest}/search/assets/download?repository=maven-releases&name=shop&maven.extension=zip`;
  expect((await call('GET', download)).status).toBe(400);
  const redirect = await call('GET', `${download}&sort=version`);
  expect(redirect.status).toBe(302);
  expect(redirect.headers.get('location')).toMatch(/shop-1\.11\.0\.zip$/);
  expect((await call('GET', `${download}&version=9.9`)).status).toBe(404);

  const order = [
    '1.0-alpha',
    '1.0-b2',
    '1.0-rc1',
    '1.0-SNAPSHOT',
    '1.0',
    '1.0.1',
    '1.2',
    '1.10',
    '2026-11-26',
    'x',
  ];
  expect(
    [...order]
      .reverse()
      .sort(compareVersions)
      .filter(version => version !== 'x'),
  ).toEqual(order.slice(0, -1));
  expect(['1.0-rc1', '1.0', '2.0-beta', 'stable'].map(isPrerelease)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it('gives long answers page by page, with tokens that belong to one question and expire', async () => {
  const { json, call, control } = await startNexus();
  const made = await control('POST', '/component-history', {
    repository: 'docker-hosted',
    name: 'shop/api',
    versions: 250,
  });
  expect([made.status, await made.json()]).toEqual([201, { components: 250 }]);
  const question = `${rest}/search?repository=docker-hosted&name=%22shop/api%22&sort=version`;
  const versions: string[] = [];
  let token: string | null = '';
  let pages = 0;
  while (token !== null) {
    const page: Page = await json(`${question}&continuationToken=${token}`);
    versions.push(...page.items.map(({ version }) => version as string));
    token = page.continuationToken;
    pages += 1;
  }
  expect([pages, versions.length, new Set(versions).size, versions[0]]).toEqual(
    [3, 250, 250, '1.0.249'],
  );

  const { continuationToken } = await json<Page>(question);
  const other = question.replace('api', 'web');
  const status = async (path: string) => (await call('GET', path)).status;
  expect(await status(`${other}&continuationToken=${continuationToken}`)).toBe(
    406,
  );
  expect(await status(`${question}&continuationToken=nonsense`)).toBe(406);
  await control('POST', '/faults', { kind: 'tokens-expire' });
  expect(
    await status(`${question}&continuationToken=${continuationToken}`),
  ).toBe(406);
  expect(await status(question)).toBe(200);
  for (const body of [{}, { repository: 'x', name: 'y', versions: 1 }])
    expect(
      (await control('POST', '/component-history', body)).status,
    ).toBeGreaterThan(399);
});

it('searches are behind what is stored, as long as told', async () => {
  const { call, json, found, control } = await startNexus({ lagMs: 300 });
  await call('PUT', '/repository/raw-hosted/late.txt', { body: 'x' });
  expect((await call('HEAD', '/repository/raw-hosted/late.txt')).status).toBe(
    200,
  );
  expect((await json<Page>(`${rest}/search?name=late.txt`)).items).toEqual([]);
  const [{ id }] = await found('name=late.txt', 1);
  expect((await call('DELETE', `${rest}/components/${id}`)).status).toBe(204);
  expect((await json<Page>(`${rest}/search?name=late.txt`)).items).toHaveLength(
    1,
  );
  expect((await call('GET', `${rest}/components/${id}`)).status).toBe(404);
  await found('name=late.txt', 0);
  await control('DELETE', '/faults');
});

it('tells apart ids that are no ids', async () => {
  const { call } = await startNexus();
  const status = async (text: string) =>
    (
      await call(
        'GET',
        `${rest}/components/${Buffer.from(text).toString('base64url')}`,
      )
    ).status;
  expect(await status('raw-hosted:0123')).toBe(404);
  expect(await status('raw-hosted')).toBe(422);
  expect(await status('\u0001\u0002')).toBe(404);
  expect(
    (await call('GET', `${rest}/components?repository=nowhere`)).status,
  ).toBe(404);
  expect((await call('GET', `${rest}/components`)).status).toBe(422);
});

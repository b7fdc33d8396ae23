import { digestOf, image } from '../seed/files';
import type { Found, TestNexus } from './server';

const rest = '/service/rest';

/** Makes every call of the REST API at least once, and some that are refused. */
export async function walk(
  nexus: TestNexus,
  take: (call: string, response: Response) => Promise<string>,
) {
  async function make(
    call: string,
    path: string,
    options: {
      body?: BodyInit | object;
      as?: 'nante' | 'viewer' | 'admin' | 'nobody';
    } = {},
  ) {
    const [method] = call.split(' ');
    const text = await take(
      call,
      await nexus.call(method, rest + path, options),
    );
    return (
      text &&
      JSON.parse(text.startsWith('{') || text.startsWith('[') ? text : 'null')
    );
  }
  const get = (path: string, query = '') => make(`GET ${path}`, path + query);
  const admin = { as: 'admin' } as const;
  await make('GET /v1/status', '/v1/status', { as: 'nobody' });
  await make('GET /v1/status/writable', '/v1/status/writable', {
    as: 'nobody',
  });
  await make('GET /v1/status/check', '/v1/status/check', admin);
  await make('GET /v1/system/eula', '/v1/system/eula', admin);
  for (const path of ['users', 'roles', 'privileges', 'anonymous']) {
    await make(`GET /v1/security/${path}`, `/v1/security/${path}`, admin);
    await make(`GET /v1/security/${path}`, `/v1/security/${path}`);
  }
  await get('/v1/blobstores');
  await make(
    'GET /v1/blobstores/{name}/quota-status',
    '/v1/blobstores/default/quota-status',
  );
  await get('/v1/formats/upload-specs');
  await make(
    'GET /v1/formats/{format}/upload-specs',
    '/v1/formats/raw/upload-specs',
  );
  await get('/v1/repositories');
  await make('GET /v1/repositorySettings', '/v1/repositorySettings');
  await make(
    'GET /v1/repositories/{repositoryName}',
    '/v1/repositories/raw-hosted',
  );
  await make(
    'GET /v1/repositories/{repositoryName}',
    '/v1/repositories/nowhere',
  );
  for (const format of ['raw', 'maven', 'npm', 'helm', 'docker']) {
    const base = `/v1/repositories/${format}/hosted`;
    const body = {
      name: `contract-${format}`,
      online: true,
      storage: {
        blobStoreName: 'default',
        strictContentTypeValidation: true,
        writePolicy: 'ALLOW',
      },
      cleanup: { policyNames: [] },
      maven: { versionPolicy: 'RELEASE', layoutPolicy: 'STRICT' },
      docker: { v1Enabled: false, forceBasicAuth: true, httpPort: 5000 },
    };
    await make(`POST ${base}`, base, { body });
    await make(`POST ${base}`, base, { body, as: 'viewer' });
    const one = `${base}/contract-${format}`;
    await make(`GET ${base}/{repositoryName}`, one);
    await make(`PUT ${base}/{repositoryName}`, one, { body });
    await make(
      'DELETE /v1/repositories/{repositoryName}',
      `/v1/repositories/contract-${format}`,
    );
  }
  const form = new FormData();
  form.append('raw.directory', '/contract');
  form.append('raw.asset1', new Blob(['x']), 'a.txt');
  form.append('raw.asset1.filename', 'a.txt');
  const components = '/v1/components';
  await make(`POST ${components}`, `${components}?repository=raw-hosted`, {
    body: form,
  });
  await make(`POST ${components}`, `${components}?repository=raw-hosted`, {
    body: 'x',
  });
  await make(`POST ${components}`, components, { body: 'x' });
  for (const name of [
    'maven-releases',
    'npm-hosted',
    'helm-hosted',
    'docker-hosted',
    'raw-hosted',
  ])
    for (const list of ['/v1/components', '/v1/assets'])
      await get(list, `?repository=${name}`);
  await get(components, '?repository=raw-hosted&continuationToken=none');
  await get('/v1/search', '?q=shop&sort=version');
  await get('/v1/search', '?q=*shop');
  const found = '?repository=raw-hosted&name=/contract/a.txt';
  await get('/v1/search/assets/download', found);
  await get('/v1/search/assets/download', '?q=shop');
  await get('/v1/search/assets/download', '?q=nothing-like-it');
  const { items } = (await get('/v1/search', found)) as { items: Found[] };
  await get('/v1/search/assets', found);
  const component = `/v1/components/${items[0].id}`;
  const asset = `/v1/assets/${items[0].assets[0].id}`;
  await make('GET /v1/components/{id}', component);
  await make('GET /v1/assets/{id}', asset);
  await make('DELETE /v1/assets/{id}', asset, { as: 'viewer' });
  await make('DELETE /v1/assets/{id}', asset);
  await make('GET /v1/components/{id}', component);
  const [tool] = (
    (await get(components, '?repository=raw-hosted')) as { items: Found[] }
  ).items;
  await make('DELETE /v1/components/{id}', `/v1/components/${tool.id}`);
}

/** Reaches every end point of the registry protocol, by its number in the specification. */
export async function walkRegistry(
  { call }: TestNexus,
  take: (id: string, response: Response) => void,
) {
  const base = '/v2/docker-hosted/contract/app';
  const { manifest, mediaType, blobs } = image('contract/app', '1.0');
  const [config, layer] = blobs.map(blob => new Uint8Array(blob));
  const digest = digestOf(manifest);
  const begin = () => call('POST', `${base}/blobs/uploads/`);
  const locationOf = (response: Response) =>
    response.headers.get('location') as string;

  take('end-1', await call('GET', '/v2/'));
  take(
    'end-4b',
    await call('POST', `${base}/blobs/uploads/?digest=${digestOf(config)}`, {
      body: config,
    }),
  );
  const upload = await begin();
  take('end-4a', upload);
  take('end-5', await call('PATCH', locationOf(upload), { body: layer }));
  take('end-13', await call('GET', locationOf(upload)));
  take(
    'end-6',
    await call('PUT', `${locationOf(upload)}?digest=${digestOf(layer)}`),
  );
  take('end-14', await call('DELETE', locationOf(await begin())));
  take(
    'end-11',
    await call(
      'POST',
      `${base}2/blobs/uploads/?mount=${digestOf(layer)}&from=docker-hosted/contract/app`,
    ),
  );
  const body = new Uint8Array(manifest);
  const headers = { 'content-type': mediaType };
  take('end-7', await call('PUT', `${base}/manifests/1.0`, { body, headers }));
  take('end-2', await call('GET', `${base}/blobs/${digestOf(layer)}`));
  take('end-3', await call('GET', `${base}/manifests/1.0`));
  take('end-8a', await call('GET', `${base}/tags/list`));
  take('end-8b', await call('GET', `${base}/tags/list?n=1&last=0`));
  take('end-12', await call('GET', `${base}/referrers/${digest}`));
  take('end-9', await call('DELETE', `${base}/manifests/${digest}`));
  take('end-10', await call('DELETE', `${base}/blobs/${digestOf(layer)}`));
}

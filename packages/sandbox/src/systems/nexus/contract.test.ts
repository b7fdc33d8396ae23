import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import {
  comparer,
  readContract,
  schemaFolder,
  type Contract,
  type Conventions,
} from './__testUtils__/contract';
import { startNexus, type Found, type TestNexus } from './__testUtils__/server';
import { servedCalls } from './rest/api';
import { chart, digestOf, image } from './seed/files';

const folder = process.env.NANTE_CONTRACTS_DIR;
const isHere = folder && existsSync(join(folder, 'nexus', 'conventions.json'));

afterEach(removeTestSandboxes);

const rest = '/service/rest';

/** What the document says nothing of, and why. */
const withoutSchema: Record<string, string> = {
  'GET /v1/system/eula': 'the document has an example only',
};

/** Where the document is known to describe something else than what a server sends; printed with the counts. */
const deviations = [
  'settings of a repository are declared with the fields that all formats share: compared with the bodies that make them',
  'names of built-in privileges have stars, which the document allows in none that people make',
];

if (!folder || !isHere) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const contract = readContract<Contract>(
    folder,
    'nexus',
    'nexus-openapi-3.94.json',
  );
  const conventions = readContract<Conventions>(
    folder,
    'nexus',
    'conventions.json',
  );
  const say = (line: string) => process.stdout.write(`${line}\n`);

  describe('compared with the published document', () => {
    it('serves only calls that exist', () => {
      const known = Object.entries(contract.paths).flatMap(([path, calls]) =>
        Object.keys(calls)
          .filter(method => ['get', 'post', 'put', 'delete'].includes(method))
          .map(method => `${method.toUpperCase()} ${path}`),
      );
      expect(servedCalls.filter(call => !known.includes(call))).toEqual([]);
      expect(new Set(servedCalls).size).toBe(servedCalls.length);
      say(
        `calls: ${servedCalls.length} served, ${known.length - servedCalls.length} of the ${known.length} in the document not served`,
      );
    });

    it('answers every one of them with a status and in a shape that it declares', async () => {
      const nexus = await startNexus();
      const differ = comparer(contract);
      const differences: string[] = [];
      const asked = new Set<string>();
      const open = new Set<string>();
      let compared = 0;
      let refusals = 0;

      await walk(nexus, async (call, response) => {
        expect(servedCalls).toContain(call);
        const [method, path] = call.split(' ');
        const { responses } = contract.paths[path][method.toLowerCase()];
        const { status } = response;
        const isKnown =
          responses[status] ??
          responses.default ??
          isConventional(call, status, conventions);
        if (!isKnown) differences.push(`${call}: ${status} is not declared`);
        const text = await response.text();
        if (status >= 400) {
          refusals += 1;
          if (status === 400)
            differences.push(...validationDifferences(call, response, text));
          return text;
        }
        asked.add(call);
        const declared = responses[status] ?? responses.default;
        const schema =
          settingsSchema(contract, path) ??
          declared?.content?.['application/json']?.schema;
        if (text === '') {
          // No body where the document has none either.
          if (schema && status !== 204) differences.push(`${call}: no body`);
          return text;
        }
        if (!schema || withoutSchema[call]) open.add(call);
        else {
          compared += 1;
          differences.push(
            ...differ(JSON.parse(text), schema, call).filter(
              difference =>
                !/privileges\/\d+\/name: must match pattern/.test(difference),
            ),
          );
        }
        return text;
      });

      say(
        `answers: ${compared} compared, ${open.size} left out (${[...open].map(call => `${call}: ${withoutSchema[call] ?? 'no schema in the document'}`).join('; ')})`,
      );
      say(`refusals: ${refusals} compared`);
      for (const deviation of deviations) say(`deviation: ${deviation}`);
      expect(differences).toEqual([]);
      expect(servedCalls.filter(call => !asked.has(call))).toEqual([]);
      expect([...open].filter(call => !withoutSchema[call])).toEqual([]);
    });

    it('follows the registry protocol at every end point', async () => {
      const nexus = await startNexus();
      const reached: Record<string, number> = {};
      await walkRegistry(nexus, (id, { status }) => {
        reached[id] = status;
      });
      const wrong = conventions.docker.endpoints.filter(
        ({ id, success }) => ![success].flat().includes(reached[id]),
      );
      expect(wrong.map(({ id }) => `${id}: ${reached[id]}`)).toEqual([]);
      say(
        `registry end points: ${conventions.docker.endpoints.length} compared, 0 left out`,
      );
    });

    it('answers contents with the statuses that are known of each format', async () => {
      const nexus = await startNexus();
      const { raw, helm } = conventions.content;
      const status = async (method: string, path: string, body?: BodyInit) =>
        (await nexus.call(method, `/repository/${path}`, { body })).status;
      const file = 'raw-hosted/contract.txt';
      expect(await status('PUT', file, 'x')).toBe(raw.PUT);
      expect(await status('GET', file)).toBe(200);
      expect(await status('PATCH', file, 'x')).toBe(raw.other);
      expect(await status('DELETE', file)).toBe(204);
      expect(await status('DELETE', file)).toBe(404);
      const tgz = 'helm-hosted/web-1.0.0.tgz';
      expect(
        await status('PUT', tgz, new Uint8Array(chart('web', '1.0.0'))),
      ).toBe(helm['PUT /repository/{name}/{chart}-{version}.tgz']);
      expect(await status('PUT', `${tgz}.prov`, 'x')).toBe(
        helm['PUT /repository/{name}/{chart}-{version}.tgz.prov'],
      );
      expect(await status('GET', tgz)).toBe(200);
      expect(await status('DELETE', tgz)).toBe(200);
      expect(await status('GET', tgz)).toBe(404);
      say(
        'contents: 10 statuses of raw and helm compared, those of proxies and groups left out (there are none)',
      );
    });

    it('gives manifests, configurations and chart indexes that their schemas take', async () => {
      const { call, json } = await startNexus();
      const oci = schemaFolder(join(folder, 'schemas', 'oci-image'));
      const helm = schemaFolder(join(folder, 'schemas', 'helm'));
      const base = '/v2/docker-hosted/shop/web';
      const { tags } = await json<{ tags: string[] }>(`${base}/tags/list`);
      for (const tag of tags) {
        const manifest = await json<{ config: { digest: string } }>(
          `${base}/manifests/${tag}`,
        );
        expect(oci('image-manifest-schema.json', manifest)).toEqual([]);
        const config = await json(`${base}/blobs/${manifest.config.digest}`);
        expect(oci('config-schema.json', config)).toEqual([]);
        // The comparison itself has to notice what is wrong.
        expect(
          oci('image-manifest-schema.json', { ...manifest, config: {} }),
        ).not.toEqual([]);
      }
      const digest = (
        await call('HEAD', `${base}/manifests/${tags[0]}`)
      ).headers.get('docker-content-digest');
      expect(
        oci(
          'image-index-schema.json',
          await json(`${base}/referrers/${digest}`),
        ),
      ).toEqual([]);
      const index = parse(
        await (await call('GET', '/repository/helm-hosted/index.yaml')).text(),
      );
      expect(Object.keys(index.entries)).toEqual(['shop']);
      expect(helm('index.schema.json', index)).toEqual([]);
      say(
        `documents: ${2 * tags.length + 2} compared (manifests, configurations, an index of images, an index of charts)`,
      );
    });
  });
}

/** What an answer that names wrong fields has otherwise than it should. */
function validationDifferences(
  call: string,
  response: Response,
  text: string,
): string[] {
  const type = response.headers.get('content-type');
  const isList = type === 'application/vnd.siesta-validation-errors-v1+json';
  if (!isList) return [`${call}: 400 as ${type}`];
  return (JSON.parse(text) as object[])
    .filter(error => Object.keys(error).join() !== 'id,message')
    .map(error => `${call}: ${JSON.stringify(error)}`);
}

/** Settings of a repository: what all share, with what the body has that makes it. */
function settingsSchema({ components }: Contract, path: string) {
  const { schemas } = components;
  const bodies = ['Maven', 'Npm', 'Helm', 'Raw', 'Docker'];
  const merged = (names: string[]) => ({
    type: 'object',
    required: ['name', 'format', 'type', 'online', 'url', 'storage'],
    properties: Object.assign(
      {},
      schemas.AbstractApiRepository.properties,
      ...names.map(
        name => schemas[`${name}HostedRepositoryApiRequest`].properties,
      ),
    ),
  });
  if (path === '/v1/repositorySettings')
    return { type: 'array', items: merged(bodies) };
  const format = /^\/v1\/repositories\/(maven|npm|helm)\/hosted\/\{/.exec(path);
  return format
    ? merged(bodies.filter(name => name.toLowerCase() === format[1]))
    : undefined;
}

/** Statuses that the document does not have and the server is known to give. */
function isConventional(
  call: string,
  status: number,
  { rest: known }: Conventions,
): boolean {
  const generic = call
    .replace(/repositories\/\w+\/hosted\/\{/, 'repositories/{format}/{type}/{')
    .replace(/repositories\/\w+\/hosted$/, 'repositories/{format}/{type}');
  const success = String(
    known.successStatuses[generic] ?? known.successStatuses[call] ?? '',
  );
  if (success.includes(String(status))) return true;
  // Anybody may be unknown, or lack a right; a token may have expired, and a body be wrong.
  return [400, 401, 403, 404, 406, 422].includes(status);
}

/** Makes every call of the REST API at least once, and some that are refused. */
async function walk(
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
async function walkRegistry(
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

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
import { startNexus } from './__testUtils__/server';
import { walk, walkRegistry } from './__testUtils__/walks';
import { servedCalls } from './rest/api';
import { chart } from './seed/files';

const folder = process.env.NANTE_CONTRACTS_DIR;
const isHere = folder && existsSync(join(folder, 'nexus', 'conventions.json'));

afterEach(removeTestSandboxes);

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

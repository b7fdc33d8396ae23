import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { startServer } from '../__testUtils__/server';
import { createNexusClient } from './NexusClient';
import { sourceOf } from './__testUtils__/nexus';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'nexus', 'nexus-openapi-3.94.json');

interface AskedCall {
  method: string;
  url: URL;
  type: string;
  body: string;
}

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: unknown;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** As much of an answer as the client needs to go on. */
function answerTo(path: string): unknown {
  const [, format] = /repositories\/of-(\w+)$/.exec(path) ?? [];
  if (format)
    return { name: `of-${format}`, format, type: 'hosted', url: 'http://x' };
  if (path.endsWith('/v1/repositories')) return [];
  return { items: [], continuationToken: null };
}

/** Makes every call of the client to the REST API once, and notes what it asked for. */
async function callsOfClient(): Promise<AskedCall[]> {
  const calls: AskedCall[] = [];
  const server = await startServer(async (request, response) => {
    const url = new URL(`${request.url}`, server.url);
    const body = (await buffer(request)).toString('latin1');
    const type = `${request.headers['content-type']}`;
    calls.push({ method: `${request.method}`.toLowerCase(), url, type, body });
    if (request.method === 'HEAD') {
      const isPom = url.pathname.endsWith('.pom');
      response
        .writeHead(isPom ? 404 : 200, {
          'content-length': 1,
          etag: `"{SHA1{${'0'.repeat(40)}}}"`,
        })
        .end();
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answerTo(url.pathname)));
  });
  const api = createNexusClient({
    ...{ url: server.url, username: 'a', password: 'b' },
  });
  const quietly = (call: Promise<unknown>) => call.catch(() => {});
  await quietly(api.checkAccess());
  for (const format of ['maven2', 'raw', 'npm', 'helm', 'docker'] as const) {
    await quietly(api.repository(`of-${format}`));
    await quietly(
      api.createRepository({
        ...{ name: 'new', format, blobStore: 'default', redeploy: true },
        dockerPort: 5000,
      }),
    );
  }
  await quietly(
    api.search(
      {
        ...{ repository: 'r', format: 'npm', group: 'g', name: 'n' },
        ...{ version: 'v', text: 'words', sha256: 's', sort: 'version' },
      },
      { token: 't' },
    ),
  );
  await quietly(api.component('id'));
  await quietly(api.deleteComponent('id'));
  await quietly(api.sha256('r', 'p'));
  const source = sourceOf(Buffer.from('x'));
  const filename = 'f-1.tgz';
  await quietly(api.upload('r', { format: 'helm', filename }, source));
  await quietly(
    api.upload('r', { format: 'npm', name: 'f', filename }, source),
  );
  await quietly(
    api.upload(
      'r',
      {
        ...{ format: 'maven2', group: 'g', artifact: 'a', version: '1' },
        ...{ extension: 'zip', classifier: 'c' },
      },
      source,
    ),
  );
  await server.stop();
  return calls.filter(({ url }) => url.pathname.startsWith('/service/rest'));
}

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const { paths, components } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as Document;
  const conventions = JSON.parse(
    readFileSync(join(folder, 'nexus', 'conventions.json'), 'utf8'),
  );

  /** The operation that a call is, by the path as the document writes it. */
  const operationOf = ({ method, url }: AskedCall) => {
    const asked = url.pathname.replace('/service/rest', '').split('/');
    const path = Object.keys(paths).find(candidate => {
      const parts = candidate.split('/');
      return (
        candidate in paths &&
        paths[candidate][method] &&
        parts.length === asked.length &&
        parts.every((part, at) => part === asked[at] || part.startsWith('{'))
      );
    });
    return path === undefined ? undefined : paths[path][method];
  };
  const definition = (schema: Schema): Schema =>
    schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)!] : schema;

  const check = (value: unknown, given: Schema, at: string): string[] => {
    const schema = definition(given);
    if (typeof value !== 'object' || value === null || !schema.properties)
      return [];
    const fields = value as Record<string, unknown>;
    return [
      ...(schema.required ?? [])
        .filter(name => fields[name] === undefined)
        .map(name => `${at}.${name} is missing`),
      ...Object.entries(fields).flatMap(([name, item]) =>
        schema.properties![name]
          ? check(item, schema.properties![name], `${at}.${name}`)
          : [`${at}.${name} is not known`],
      ),
    ];
  };

  it('makes calls to Nexus that exist, with parameters and fields that it knows', async () => {
    const calls = await callsOfClient();
    expect(calls.length).toBeGreaterThan(20);
    for (const call of calls) {
      const { method, url, type, body } = call;
      const operation = operationOf(call);
      const name = `${method} ${url.pathname}`;
      expect([name, operation !== undefined]).toEqual([name, true]);
      const known = (operation?.parameters ?? [])
        .filter(parameter => parameter.in === 'query')
        .map(parameter => parameter.name);
      for (const parameter of url.searchParams.keys())
        expect([name, known]).toEqual([
          name,
          expect.arrayContaining([parameter]),
        ]);
      if (type !== 'application/json') continue;
      const { requestBody } = operation as {
        requestBody: {
          $ref?: string;
          content?: Record<string, { schema: Schema }>;
        };
      };
      const schema = Object.values(requestBody.content ?? {})[0]?.schema;
      expect([name, schema && check(JSON.parse(body), schema, 'body')]).toEqual(
        [name, []],
      );
    }
    process.stdout.write(`calls: ${calls.length} compared, answers left out\n`);
  });

  it('sends forms with the fields that each format has', async () => {
    const forms = (await callsOfClient()).filter(({ type }) =>
      type.startsWith('multipart/form-data'),
    );
    expect(forms).toHaveLength(3);
    for (const { body } of forms) {
      const fields = [...body.matchAll(/; name="([^"]+)"/g)].map(
        ([, field]) => field,
      );
      const { component = [], asset } =
        conventions.uploadFields[fields[0].split('.')[0]];
      expect(fields.length).toBeGreaterThan(0);
      for (const field of fields)
        expect([...component, ...asset]).toContain(
          field.replace('asset1', 'assetN'),
        );
    }
    process.stdout.write(`forms: ${forms.length} compared\n`);
  });
}

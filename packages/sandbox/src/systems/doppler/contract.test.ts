import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  removeTestSandboxes,
  startTestSandbox,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'doppler', 'doppler-openapi.json');

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

afterEach(removeTestSandboxes);

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  it("answers in the shapes of the vendor's schema", async () => {
    const { paths } = JSON.parse(readFileSync(file, 'utf8'));
    const sandbox = await startTestSandbox({ systems: ['s3', 'doppler'] });
    const { url, serviceAccountToken } = sandbox.endpoints
      .doppler as SystemEndpoint;
    const headers = { authorization: `Bearer ${serviceAccountToken}` };
    const where = '?project=nante&config=dev';
    const calls: Record<string, string> = {
      '/v3/me': '',
      '/v3/projects': '',
      '/v3/projects/project': '?project=nante',
      '/v3/environments': '?project=nante',
      '/v3/configs': '?project=nante',
      '/v3/configs/config': where,
      '/v3/configs/config/secrets': where,
      '/v3/configs/config/secret': `${where}&name=STATE_BUCKET`,
      '/v3/configs/config/secrets/names': where,
      '/v3/configs/config/secrets/download': where,
    };
    for (const [path, query] of Object.entries(calls)) {
      const success = paths[path].get.responses['200'];
      const { schema } = success.content['application/json'];
      const answer = await fetch(url + path + query, { headers });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(differences(await answer.json(), schema, path)).toEqual([]);
    }
    const compared = Object.keys(calls).length;
    const methods = ['get', 'post', 'put', 'patch', 'delete'];
    const known = Object.values<object>(paths)
      .flatMap(Object.keys)
      .filter(method => methods.includes(method)).length;
    process.stdout.write(
      `answers: ${compared} compared; ${known - compared} of the ${known} calls in the document left out: the stand-in only reads secrets\n`,
    );
  });
}

/** Fields that have another type than the schema says. Maps of secrets stand there by example names: any name goes. */
function differences(value: unknown, schema: Schema, path: string): string[] {
  if (value === null || schema.type === undefined) return [];
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    if (schema.type !== 'array') return [`${path} is an array`];
    return value.flatMap((item, at) =>
      differences(item, items, `${path}.${at}`),
    );
  }
  if (typeof value === 'object') {
    if (schema.type !== 'object') return [`${path} is an object`];
    const { properties = {} } = schema;
    const isMap = 'STRIPE' in properties;
    return Object.entries(value).flatMap(([name, field]) => {
      const known = isMap ? properties.STRIPE : properties[name];
      if (!known) return [`${path}.${name} is not in the schema`];
      return differences(field, known, `${path}.${name}`);
    });
  }
  const type = schema.type === 'integer' ? 'number' : schema.type;
  return typeof value === type ? [] : [`${path} is a ${typeof value}`];
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import { startClient } from './__testUtils__/client';
import { OpenobserveFaults } from './faults';
import { createApp } from './routes';
import type { StreamStore } from './store';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file =
  folder &&
  join(folder, 'openobserve', 'openobserve-openapi-reconstructed.json');

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  nullable?: boolean;
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

afterEach(removeTestSandboxes);

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8'));
  const vendorCalls = Object.entries<object>(paths).flatMap(
    ([path, operations]) =>
      Object.keys(operations).map(
        method => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '*')}`,
      ),
  );

  describe('compared with the schema of 0.93', () => {
    it('serves only calls that exist', () => {
      const served = servedCalls();
      process.stdout.write(
        `calls: ${served.length} served, ${vendorCalls.length - served.length} of ${vendorCalls.length} not served\n`,
      );
      expect(served.filter(call => !vendorCalls.includes(call))).toEqual([]);
      expect(served.length).toBeGreaterThan(9);
    });

    it('answers in its shapes', async () => {
      const { url, get, post, ask } = await startClient();
      const answers: [string, unknown][] = [
        ['HealthzResponse', await (await fetch(`${url}/healthz`)).json()],
        ['ListStream', await (await get('/streams?type=metrics')).json()],
        ['Response', (await ask('metrics', 'SELECT * FROM up')).body],
        [
          'IngestionResponse',
          await (await post('/a/_json', '[{"log":"x"}]')).json(),
        ],
        ['HttpResponse', (await ask('logs', 'SELECT * FROM nowhere')).body],
        ['HttpResponse', await (await post('/a/_json', '{{')).json()],
      ];
      const compare = comparison(components.schemas);
      for (const [name, value] of answers)
        expect(compare(value, { $ref: name }, name)).toEqual([]);
    });
  });
}

/** Names fields of another type than the schema says, unknown ones, and required ones that are missing. */
function comparison(schemas: Record<string, Schema>) {
  function resolved(schema: Schema): Schema {
    if (schema.$ref)
      return resolved(schemas[`${schema.$ref.split('/').at(-1)}`]);
    if (!schema.allOf) return schema;
    const parts = schema.allOf.map(resolved);
    return {
      ...Object.assign({}, ...parts, schema),
      properties: Object.assign({}, ...parts.map(part => part.properties)),
      required: parts.flatMap(part => part.required ?? []),
    };
  }

  function differences(value: unknown, given: Schema, at: string): string[] {
    const schema = resolved(given);
    const { properties, required = [], items = {} } = schema;
    if (value === null) return schema.nullable ? [] : [`${at} is null`];
    if (schema.enum)
      return schema.enum.includes(value) ? [] : [`${at} is ${value}`];
    if (Array.isArray(value))
      return schema.type === 'array'
        ? value.flatMap((item, index) =>
            differences(item, items, `${at}.${index}`),
          )
        : [`${at} is an array`];
    if (typeof value === 'object' && properties)
      return [
        ...required
          .filter(name => !(name in value))
          .map(name => `${at}.${name} is missing`),
        ...Object.entries(value).flatMap(([name, field]) =>
          properties[name]
            ? differences(field, properties[name], `${at}.${name}`)
            : [`${at}.${name} is not in the schema`],
        ),
      ];
    const type = schema.type === 'integer' ? 'number' : schema.type;
    return type === undefined || typeof value === type
      ? []
      : [`${at} is a ${typeof value}`];
  }
  return differences;
}

/** The calls of our router, with `*` for what is named by the caller. */
function servedCalls(): string[] {
  const app = createApp({
    user: { username: '', password: '' },
    store: {} as StreamStore,
    faults: new OpenobserveFaults(),
  });
  const calls = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, '*')}`);
  return [...new Set(calls)];
}

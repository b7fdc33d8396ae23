import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  removeTestSandboxes,
  startTestSandbox,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';
import { servedCalls } from './api';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'tailscale', 'tailscale-openapi.json');

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
}
interface Contract {
  paths: Record<
    string,
    Record<
      string,
      {
        responses?: Record<
          string,
          { $ref?: string; content?: Record<string, { schema: Schema }> }
        >;
      }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

afterEach(removeTestSandboxes);

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const contract = JSON.parse(readFileSync(file, 'utf8')) as Contract;
  const methods = ['get', 'post', 'put', 'patch', 'delete'];

  /** What a value has that the schema does not know, or has otherwise. */
  const differences = (value: unknown, given: Schema, at: string): string[] => {
    const name = given.$ref?.split('/').at(-1);
    const schema = name ? contract.components.schemas[name] : given;
    const types = [schema.type ?? []].flat();
    const type = Array.isArray(value) ? 'array' : typeof value;
    const fits =
      types.length === 0 ||
      types.includes(type) ||
      (types.includes('integer') && Number.isInteger(value)) ||
      (types.includes('null') && value === null);
    if (!fits) return [`${at}: ${type} is no ${types.join()}`];
    if (schema.enum && !schema.enum.includes(value))
      return [`${at}: ${String(value)} is none of ${schema.enum.join()}`];
    if (Array.isArray(value))
      return value.flatMap(item => differences(item, schema.items ?? {}, at));
    if (!schema.properties || !value) return [];
    const { properties, additionalProperties } = schema;
    return Object.entries(value).flatMap(([key, item]) => {
      const known = properties[key];
      if (known) return differences(item, known, `${at}.${key}`);
      return additionalProperties ? [] : [`${at}.${key}: not in the schema`];
    });
  };

  describe('compared with the published schema', () => {
    it('serves only calls that exist', () => {
      const known = Object.entries(contract.paths).flatMap(([path, calls]) =>
        Object.keys(calls)
          .filter(method => methods.includes(method))
          .map(method => `${method.toUpperCase()} ${path}`),
      );
      expect(servedCalls.filter(call => !known.includes(call))).toEqual([]);
      process.stdout.write(
        `calls: ${servedCalls.length} served and compared, ${known.length - servedCalls.length} of ${known.length} not served\n`,
      );
    });

    it('answers in the same shapes', async () => {
      const sandbox = await startTestSandbox({ systems: ['tailscale'] });
      const { url, apiKey } = sandbox.endpoints.tailscale as SystemEndpoint;
      const wrong: string[] = [];
      let compared = 0;
      async function compare(call: string, path: string, body?: unknown) {
        expect(servedCalls).toContain(call);
        const [method, pattern] = call.split(' ');
        const response = await fetch(`${url}/api/v2${path}`, {
          method,
          headers: { authorization: `Bearer ${apiKey}` },
          body: body ? JSON.stringify(body) : undefined,
        });
        const answer = await response.json();
        const declared =
          contract.paths[pattern][method.toLowerCase()].responses ?? {};
        // Answers without a body are declared without content.
        const schema = response.ok
          ? declared[response.status]?.content?.['application/json'].schema
          : contract.components.schemas.Error;
        if (!declared[response.status]) wrong.push(`${call}: no such status`);
        if (schema) wrong.push(...differences(answer, schema, call));
        compared += 1;
        return answer;
      }
      const create = { tags: ['tag:dev'], reusable: true };
      const [list, oneKey] = servedCalls;
      const { id, key } = await compare(oneKey, '/tailnet/-/keys', {
        capabilities: { devices: { create } },
        description: 'contract',
      });
      await compare(list, '/tailnet/-/keys?all=true');
      await compare(servedCalls[2], `/tailnet/-/keys/${id}`);
      await fetch(`${url}/standin/register`, {
        method: 'POST',
        body: JSON.stringify({
          authKey: key,
          hostname: 'web-1',
          machineKey: 'mkey:contract',
          endpoint: '10.0.0.9:41641',
        }),
      });
      for (const fields of ['default', 'all']) {
        const { devices } = await compare(
          servedCalls[4],
          `/tailnet/-/devices?fields=${fields}`,
        );
        expect(devices).toHaveLength(5);
        await compare(
          servedCalls[5],
          `/device/${devices[4].nodeId}?fields=${fields}`,
        );
      }
      const { devices } = await compare(servedCalls[4], '/tailnet/-/devices');
      const device = `/device/${devices[4].nodeId}`;
      await compare(servedCalls[7], `${device}/tags`, { tags: ['tag:dev'] });
      await compare(servedCalls[8], `${device}/authorized`, {
        authorized: true,
      });
      await compare(servedCalls[6], device);
      await compare(servedCalls[3], `/tailnet/-/keys/${id}`);
      await compare(servedCalls[2], `/tailnet/-/keys/${id}`);
      await compare(servedCalls[2], '/tailnet/-/keys/kNone');
      await compare(servedCalls[5], '/device/nNone');
      await compare(servedCalls[9], '/tailnet/-/acl');
      process.stdout.write(`answers: ${compared} compared\n`);
      expect(wrong).toEqual([]);
    });
  });
}

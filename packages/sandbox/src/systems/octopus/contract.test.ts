import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTestSandboxes } from '../../__testUtils__/sandbox';
import {
  deviations,
  vendorSchemas,
  withoutNulls,
} from './__testUtils__/contract';
import { walkThroughAllRoutes } from './__testUtils__/everyRoute';
import { startOctopus } from './__testUtils__/server';
import { servedRoutes } from './routes';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'octopus', 'octopus-openapi2-2026.1.json');

afterEach(removeTestSandboxes);

if (!folder || !file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const contract = JSON.parse(readFileSync(file, 'utf8'));
  const served = servedRoutes.map(({ call }) => call);

  describe('compared with the published schema', () => {
    it('serves only calls that exist', () => {
      const known = Object.entries<object>(contract.paths).flatMap(
        ([path, calls]) =>
          Object.keys(calls)
            .filter(method => ['get', 'post', 'put', 'delete'].includes(method))
            .map(method => `${method.toUpperCase()} ${path}`),
      );
      expect(served.filter(call => !known.includes(call))).toEqual([]);
      expect(new Set(served).size).toBe(served.length);
      process.stdout.write(
        `calls: ${served.length} served, ${known.length - served.length} of the ${known.length} in the document not served\n`,
      );
    });

    it('answers every one of them in the same shape', async () => {
      const schemas = vendorSchemas(folder);
      const octopus = await startOctopus({ systems: ['nexus', 'octopus'] });
      const differences: string[] = [];
      const counts = { compared: 0, items: 0, refusals: 0 };
      const leftOut = new Map<string, string>();
      const asked = new Set<string>();

      await walkThroughAllRoutes(octopus, ({ call, status, body }) => {
        const [method, path] = call.split(' ');
        const { responses } = contract.paths[path][method.toLowerCase()];
        if (status >= 400) {
          counts.refusals += 1;
          differences.push(
            ...schemas.compare(call, body, {
              $ref: '#/definitions/Error',
            }),
          );
          return;
        }
        asked.add(call);
        if (!responses[status])
          differences.push(`${call}: ${status} is not declared`);
        const schema = schemas.answerOf(call, responses[status]?.schema);
        if (!schema) {
          leftOut.set(call, 'the document declares no body');
          return;
        }
        if (schema.format === 'binary') {
          leftOut.set(call, 'plain text');
          return;
        }
        counts.compared += 1;
        counts.items += body?.Items?.length ?? 1;
        differences.push(...schemas.compare(call, withoutNulls(body), schema));
      });

      process.stdout.write(
        [
          `answers: ${counts.compared} compared (${counts.items} items), refusals: ${counts.refusals} compared`,
          `subtypes of endpoints, feeds and accounts: ${schemas.subtypesCompared} compared`,
          ...deviations.map(deviation => `deviation: ${deviation}`),
          ...[...leftOut].map(([call, why]) => `left out: ${call}: ${why}`),
          '',
        ].join('\n'),
      );
      expect(differences).toEqual([]);
      expect(served.filter(call => !asked.has(call))).toEqual([]);
    }, 60_000);
  });
}

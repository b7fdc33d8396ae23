import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vendorSchemas } from './__testUtils__/contract';
import { walkThroughAllRoutes } from './__testUtils__/everyRoute';
import { removeGithubs, startGithub } from './__testUtils__/server';
import { servedRoutes } from './routes';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'github', 'github-openapi-trimmed.json');

afterEach(removeGithubs);

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const contract = JSON.parse(readFileSync(file, 'utf8'));
  const served = servedRoutes.map(({ call }) => call);

  describe('compared with the published schema', () => {
    it('serves only calls that exist', () => {
      const methods = ['get', 'post', 'put', 'patch', 'delete'];
      const known = Object.entries<object>(contract.paths).flatMap(
        ([path, calls]) =>
          Object.keys(calls)
            .filter(method => methods.includes(method))
            .map(method => `${method.toUpperCase()} ${path}`),
      );
      expect(served.filter(call => !known.includes(call))).toEqual([]);
      expect(new Set(served).size).toBe(served.length);
      process.stdout.write(
        `calls: ${served.length} served, ${known.length - served.length} of the ${known.length} in the document not served\n`,
      );
    });

    it('answers every one of them in the same shape', async () => {
      const schemas = vendorSchemas(contract);
      const github = await startGithub();
      const differences: string[] = [];
      const counts = { compared: 0, items: 0, refusals: 0 };
      const leftOut = new Map<string, string>();
      const asked = new Set<string>();

      await walkThroughAllRoutes(github, ({ call, status, body }) => {
        const [method, path] = call.split(' ');
        const { responses } = contract.paths[path][method.toLowerCase()];
        if (status >= 400) {
          counts.refusals += 1;
          const error = { $ref: '#/components/schemas/basic-error' };
          differences.push(
            ...schemas.compare(call, withoutErrors(body), error),
          );
          return;
        }
        asked.add(call);
        const response = responses[status];
        if (!response) {
          differences.push(`${call}: ${status} is not declared`);
          return;
        }
        const schema = schemas.schemaOf(response);
        if (!schema) {
          leftOut.set(call, 'the document declares no body');
          return;
        }
        counts.compared += 1;
        counts.items += Array.isArray(body) ? body.length : 1;
        differences.push(...schemas.compare(call, body, schema));
      });

      const bodiless = [...leftOut.keys()].length;
      process.stdout.write(
        [
          `answers: ${counts.compared} compared (${counts.items} items), refusals: ${counts.refusals} compared`,
          `left out: ${bodiless} calls whose answers have no body by the document`,
          '',
        ].join('\n'),
      );
      expect(differences).toEqual([]);
      expect(served.filter(call => !asked.has(call))).toEqual([]);
    }, 120_000);
  });
}

/** Refusals of values list what is wrong beside that. */
function withoutErrors(body: Record<string, unknown>) {
  const { errors: _, ...basic } = body;
  return basic;
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Param, ParamTable } from './params/spec';
import { routes } from './routes';

const folder = process.env.NANTE_CONTRACTS_DIR;
const file = folder && join(folder, 'proxmox', 'pve-api-9.1.json');

interface VendorParam {
  type?: string;
  optional?: number | string;
  minimum?: number | string;
  maximum?: number | string;
  maxLength?: number;
  minLength?: number;
  enum?: string[];
  format?: string | Record<string, { alias?: string }>;
  requires?: string;
}
interface VendorMethod {
  parameters?: { properties?: Record<string, VendorParam> };
  permissions?: { user?: string; check?: unknown[] };
}
type Vendor = Record<string, Record<string, VendorMethod>>;

if (!file || !existsSync(file)) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect
  it.skip('the vendor schema is not here: set NANTE_CONTRACTS_DIR to compare', () => {});
} else {
  const vendor: Vendor = JSON.parse(readFileSync(file, 'utf8')).paths;
  const known = routes.filter(route => vendor[route.path]?.[route.method]);

  describe('compared with the published schema of 9.1', () => {
    it('serves only calls that exist', () => {
      expect(
        routes
          .filter(route => !known.includes(route))
          .map(route => `${route.method} ${route.path}`),
      ).toEqual([]);
      const methods = Object.values(vendor).flatMap(methodsOfPath =>
        Object.keys(methodsOfPath),
      ).length;
      process.stdout.write(
        `calls: ${known.length} served and compared, ${methods - known.length} of ${methods} not served\n`,
      );
    });

    it('takes the same parameters with the same limits', () => {
      const differences: string[] = [];
      let compared = 0;
      let leftOut = 0;
      for (const route of known) {
        const theirs =
          vendor[route.path][route.method].parameters?.properties ?? {};
        const label = `${route.method} ${route.path}`;
        for (const [name, ours] of Object.entries(route.params)) {
          if (!theirs[name])
            differences.push(`${label}: ${name} is not in the schema`);
          else if (!route.path.includes(`{${name}}`)) {
            compared += 1;
            for (const text of compare(ours, theirs[name]))
              differences.push(`${label}: ${name}: ${text}`);
          }
        }
        leftOut += missing(route.params, theirs).length;
      }
      process.stdout.write(
        `parameters: ${compared} compared, ${leftOut} of these calls left out and refused\n`,
      );
      expect(differences).toEqual([]);
    });

    it('asks for the same rights before it looks at parameters', () => {
      const differences = known
        .map(route => {
          const { check: theirs, user } =
            vendor[route.path][route.method].permissions ?? {};
          const ours = route.permission;
          // Where everybody may ask, and where rights are joined with others, the handler decides.
          if (!theirs || user || theirs[0] !== 'perm') return undefined;
          const [, path, privileges] = theirs as [string, string, string[]];
          const same =
            ours &&
            ours.path === path &&
            [...ours.privileges].sort().join() ===
              [...privileges].sort().join();
          return same
            ? undefined
            : `${route.method} ${route.path}: ${path} ${privileges.join()}`;
        })
        .filter(text => text !== undefined);
      expect(differences).toEqual([]);
    });
  });
}

function missing(
  ours: ParamTable,
  theirs: Record<string, VendorParam>,
): string[] {
  return Object.keys(theirs).filter(name => !ours[name]);
}

function compare(ours: Param, theirs: VendorParam): string[] {
  const pairs: [string, unknown, unknown][] = [
    ['type', ours.type, theirs.type],
    [
      'optional',
      ours.optional || ours.count !== undefined,
      Number(theirs.optional ?? 0) === 1,
    ],
    [
      'minimum',
      ours.minimum,
      theirs.minimum === undefined ? undefined : Number(theirs.minimum),
    ],
    [
      'maximum',
      ours.maximum,
      theirs.maximum === undefined ? undefined : Number(theirs.maximum),
    ],
    ['maxLength', ours.maxLength, theirs.maxLength],
    ['minLength', ours.minLength, theirs.minLength],
    ['requires', ours.requires, theirs.requires],
    [
      'enum',
      ours.enum && [...ours.enum].sort().join(),
      theirs.enum && [...theirs.enum].sort().join(),
    ],
  ];
  // Formats without a name are published as their keys.
  if (typeof theirs.format === 'object')
    pairs.push([
      'keys',
      ours.keys && [...new Set(ours.keys)].sort().join(),
      Object.keys(theirs.format).sort().join(),
    ]);
  else pairs.push(['format', ours.format, theirs.format]);
  return pairs
    .filter(([, left, right]) => left !== right)
    .map(
      ([facet, left, right]) =>
        `${facet} is ${String(left)}, the schema says ${String(right)}`,
    );
}

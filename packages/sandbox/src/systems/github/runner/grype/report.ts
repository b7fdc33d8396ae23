import type { FoundPackage } from './packages';
import type { Scanned } from './targets';
import {
  isAffected,
  vulnerabilities,
  type Severity,
  type Vulnerability,
} from './vulnerabilities';

/** A package with an entry of the list. */
export interface Finding {
  vulnerability: Vulnerability;
  found: FoundPackage;
}

export const scannerName = 'grype (pretended)';
export const scannerVersion = '0.0.0-pretended';
export const formats = ['table', 'json', 'sarif'] as const;
export type Format = (typeof formats)[number];

/** Compares what was found with the made-up list. */
export function findings({ packages }: Scanned, onlyFixed: boolean): Finding[] {
  return packages.flatMap(found =>
    vulnerabilities
      .filter(
        one =>
          one.package === found.name &&
          isAffected(found.version, one.fixedIn) &&
          (!onlyFixed || one.fixedIn !== undefined),
      )
      .map(vulnerability => ({ vulnerability, found })),
  );
}

/** Text of a report. */
export function report(
  format: Format,
  scanned: Scanned,
  found: readonly Finding[],
): string {
  if (format === 'table') return table(found);
  const document = format === 'json' ? json(scanned, found) : sarif(found);
  return `${JSON.stringify(document, null, 1)}\n`;
}

function table(found: readonly Finding[]): string {
  const lines = found.map(
    ({ vulnerability: { id, severity, fixedIn }, found: { name, version } }) =>
      [name, version, fixedIn ?? '', id, capital(severity)].join('  '),
  );
  const head =
    'pretended: compared with a made-up list, which says nothing about real weaknesses';
  return `${[head, ...(lines.length > 0 ? lines : ['No vulnerabilities found'])].join('\n')}\n`;
}

function json({ kind, path, packages }: Scanned, found: readonly Finding[]) {
  return {
    matches: found.map(
      ({ vulnerability, found: { name, version, type, path: place } }) => ({
        vulnerability: {
          id: vulnerability.id,
          dataSource: 'pretended',
          severity: capital(vulnerability.severity),
          description: vulnerability.description,
          urls: [],
          fix: {
            versions: vulnerability.fixedIn ? [vulnerability.fixedIn] : [],
            state: vulnerability.fixedIn ? 'fixed' : 'not-fixed',
          },
        },
        relatedVulnerabilities: [],
        matchDetails: [],
        artifact: { name, version, type, locations: [{ path: place }] },
      }),
    ),
    source: { type: kind, target: path },
    descriptor: {
      name: scannerName,
      version: scannerVersion,
      packages: packages.length,
    },
  };
}

const scores: Record<Severity, string> = {
  negligible: '0.1',
  low: '3.0',
  medium: '5.5',
  high: '8.0',
  critical: '9.8',
};

function sarif(found: readonly Finding[]) {
  const rules = new Map(
    found.map(({ vulnerability }) => [vulnerability.id, vulnerability]),
  );
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: scannerName,
            version: scannerVersion,
            informationUri: 'https://example.com/pretended',
            rules: [...rules.values()].map(({ id, description, severity }) => ({
              id,
              shortDescription: { text: description },
              properties: { 'security-severity': scores[severity] },
            })),
          },
        },
        results: found.map(
          ({ vulnerability, found: { name, version, path } }) => ({
            ruleId: vulnerability.id,
            level: ['high', 'critical'].includes(vulnerability.severity)
              ? 'error'
              : 'warning',
            message: {
              text: `${name} ${version}: ${vulnerability.description}`,
            },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: path },
                  region: { startLine: 1 },
                },
              },
            ],
          }),
        ),
      },
    ],
  };
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

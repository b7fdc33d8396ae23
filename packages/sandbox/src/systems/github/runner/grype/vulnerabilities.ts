/** How bad a finding is, from little to much. */
export const severities = [
  'negligible',
  'low',
  'medium',
  'high',
  'critical',
] as const;
export type Severity = (typeof severities)[number];

/** An entry of the made-up list: nothing of this exists. */
export interface Vulnerability {
  id: string;
  package: string;
  severity: Severity;
  description: string;
  /** First version without it; undefined while there is none. */
  fixedIn?: string;
}

const name = 'NANTE-PRETENDED-2026';

export const vulnerabilities: readonly Vulnerability[] = [
  {
    id: `${name}-0001`,
    package: 'pretended-leaky',
    severity: 'critical',
    description: 'Pretended: hands every secret to whoever asks.',
    fixedIn: '1.0.1',
  },
  {
    id: `${name}-0002`,
    package: 'pretended-injection',
    severity: 'high',
    description: 'Pretended: executes what it should only read.',
    fixedIn: '2.3.0',
  },
  {
    id: `${name}-0003`,
    package: 'pretended-slow',
    severity: 'medium',
    description: 'Pretended: one request keeps it busy for a minute.',
  },
  {
    id: `${name}-0004`,
    package: 'pretended-noisy',
    severity: 'low',
    description: 'Pretended: tells its version to everybody.',
    fixedIn: '1.1.0',
  },
  {
    id: `${name}-0005`,
    package: 'example.com/pretended/leaky',
    severity: 'critical',
    description: 'Pretended: the same as a Go module.',
    fixedIn: '1.0.1',
  },
];

/** Whether a version is older than the first that is corrected. */
export function isAffected(version: string, fixedIn?: string): boolean {
  if (fixedIn === undefined) return true;
  const [left, right] = [version, fixedIn].map(parts);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function parts(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}

/** Words that stand before a release, in their order; other words come after it. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot'];
const sameAs: Record<string, string> = {
  a: 'alpha',
  b: 'beta',
  m: 'milestone',
  cr: 'rc',
};

type Part = number | string;

function partsOf(version: string): Part[] {
  const parts = version.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  return parts.map(part => (/^\d/.test(part) ? Number(part) : part));
}

/** Numbers after a release, known qualifiers before it. */
function rank(part: Part | undefined): number {
  if (part === undefined) return 0;
  if (typeof part === 'number') return part === 0 ? 0 : 2;
  const place = qualifiers.indexOf(sameAs[part] ?? part);
  return place < 0 ? 1 : place - qualifiers.length;
}

function comparePart(left: Part | undefined, right: Part | undefined): number {
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  if (typeof left === 'number' && typeof right === 'number')
    return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return left < right ? -1 : Number(left > right);
  return 0;
}

/** Order of versions, whether they are semantic ones or not: 1.9 before 1.10, 1.0-rc1 before 1.0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = comparePart(a[index], b[index]);
    if (order !== 0) return order;
  }
  return left < right ? -1 : Number(left > right);
}

/** Whether a version is one before a release. */
export function isPrerelease(version: string): boolean {
  return partsOf(version).some(part => rank(part) < 0);
}

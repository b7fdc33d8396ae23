/**
 * Versions of the seeded company's applications: Nexus has their packages, Octopus has releases of them. The oldest is
 * first.
 */
export const seededReleases = {
  shop: minors(1, 12),
  billing: minors(2, 12),
} as const;

/** `1.0.0`, `1.1.0`, … */
function minors(major: number, count: number): string[] {
  return Array.from({ length: count }, (_, minor) => `${major}.${minor}.0`);
}

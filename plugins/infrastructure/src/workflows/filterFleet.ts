import type { FleetRepository } from '@nante/plugin-infrastructure-common';

/** Filters of the fleet, as the address has them; empty ones let everything through. */
export interface FleetQuery {
  state: string;
  owner: string;
  search: string;
}

/** States in the order in which somebody has to do something about them. */
export const fleetStates = [
  'behind',
  'floating',
  'foreign',
  'current',
  'none',
  'unknown',
] as const satisfies FleetRepository['state'][];

/** Repositories that match, those first that need something. */
export function filterFleet(
  repositories: FleetRepository[],
  query: FleetQuery,
): FleetRepository[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ repository, entityTitle, uses }: FleetRepository) =>
    [
      repository,
      entityTitle ?? '',
      ...uses.flatMap(use => [
        use.caller,
        use.workflow,
        use.ref,
        use.version ?? '',
      ]),
    ]
      .join(' ')
      .toLowerCase();
  return repositories
    .filter(item => !query.state || item.state === query.state)
    .filter(item => !query.owner || item.owner === query.owner)
    .filter(item => words.every(word => textOf(item).includes(word)))
    .sort(
      (a, b) =>
        fleetStates.indexOf(a.state) - fleetStates.indexOf(b.state) ||
        a.repository.localeCompare(b.repository),
    );
}

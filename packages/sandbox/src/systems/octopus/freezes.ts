import type { DeploymentFreeze } from './documents';
import type { Server } from './server';

/** All freezes, with the one that a fault may have set. */
export function freezesOf({ state, faults }: Server): DeploymentFreeze[] {
  const { frozen } = faults;
  const freezes = state.all('deploymentfreezes');
  if (!frozen) return freezes;
  const environments = state
    .all('environments')
    .filter(({ Name }) => frozen === 'all' || frozen.includes(Name));
  const scope = state
    .all('projects')
    .map(({ Id, SpaceId }): [string, string[]] => [
      Id,
      environments
        .filter(environment => environment.SpaceId === SpaceId)
        .map(environment => environment.Id),
    ]);
  return [
    ...freezes,
    {
      Id: 'DeploymentFreezes-fault',
      Name: 'Freeze by a fault of the sandbox',
      Description: 'Set on the control server; it goes when the faults go.',
      Start: faults.frozenSince,
      End: new Date(Date.parse(faults.frozenSince) + 86_400_000).toISOString(),
      ProjectEnvironmentScope: Object.fromEntries(scope),
    },
  ];
}

/** Whether a freeze holds at a time, in milliseconds since 1970. */
export function isActive(freeze: DeploymentFreeze, at = Date.now()): boolean {
  return Date.parse(freeze.Start) <= at && at < Date.parse(freeze.End);
}

/** Freezes that keep a project out of an environment now. */
export function freezesAgainst(
  server: Server,
  projectId: string,
  environmentId: string,
): DeploymentFreeze[] {
  return freezesOf(server).filter(
    freeze =>
      isActive(freeze) &&
      freeze.ProjectEnvironmentScope[projectId]?.includes(environmentId),
  );
}

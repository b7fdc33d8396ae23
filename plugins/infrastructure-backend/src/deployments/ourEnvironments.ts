import type { InfrastructureConfig } from '@nante/model';

/** An environment of ours that names one of Octopus. */
export interface OurEnvironment {
  name: string;
  restricted: boolean;
}

/**
 * Environment of ours that an environment of Octopus is: compared as a whole, since Octopus may have others whose names begin
 * alike. One that several of ours name is restricted where one of them is.
 */
export function ourEnvironment(
  shared: Pick<InfrastructureConfig, 'environments'>,
  connection: string,
  octopusName: string,
): OurEnvironment | undefined {
  const all = Object.entries(shared.environments).filter(
    ([name, { octopus, octopusEnvironment }]) =>
      octopus === connection && (octopusEnvironment ?? name) === octopusName,
  );
  if (!all.length) return undefined;
  return {
    name: all[0][0],
    restricted: all.some(([, { restricted }]) => restricted),
  };
}

/** A label of its own for an environment of Octopus that none of ours names: its lock keeps two deployments apart. */
export function environmentLabel(octopusName: string): string {
  return (
    octopusName
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .slice(0, 40)
      .replace(/-+$/, '') || 'environment'
  );
}

import type { Endpoints } from '@nante/sandbox';

/** A target as Octopus lists it. */
export interface TargetView {
  Id: string;
  Name: string;
  Roles: string[];
  HealthStatus: string;
}

/** Asks the sandbox's Octopus by no code of the product. */
export async function octopusTargets({
  octopus,
}: Endpoints): Promise<TargetView[]> {
  if (!octopus) throw new Error('This sandbox has no Octopus');
  const response = await fetch(
    `${octopus.url}/api/${String(octopus.spaceId)}/machines/all`,
    { headers: { 'x-octopus-apikey': String(octopus.apiKey) } },
  );
  if (!response.ok) throw new Error(`machines/all: ${response.status}`);
  return (await response.json()) as TargetView[];
}

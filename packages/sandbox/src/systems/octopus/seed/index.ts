import type { SystemEndpoint } from '../../../endpoints';
import type { SshKeyPair } from '../../../seed/sshKey';
import { setSecret } from '../secrets';
import type { OctopusState } from '../state';
import { seedHistory } from './history';
import { seededIds } from './ids';
import { seedInfrastructure } from './infrastructure';
import { seedProjects } from './projects';
import { seedSpaces } from './spaces';

/** What the seed is made of. */
export interface SeedParts {
  /** Same seed, same company. */
  seed: number;
  /** Key pair of the sandbox, with which the SSH accounts log in. */
  sshKey: SshKeyPair;
}

/** Fills an empty server with the seeded company. */
export function seedOctopus(state: OctopusState, parts: SeedParts): void {
  state.batch(() => {
    seedSpaces(state);
    seedInfrastructure(state, parts);
    const projects = seedProjects(state);
    seedHistory(state, projects);
  });
}

/** Where a feed of the seed is, from the address of Nexus on. */
const feedPaths: Record<string, string> = {
  [seededIds.mavenFeed]: '/repository/maven-releases/',
  // Images of a path-based registry have the repository in their name.
  [seededIds.dockerFeed]: '',
  [seededIds.helmFeed]: '/repository/helm-hosted/',
};

/** Points the seeded feeds to the Nexus of this start: its port and password may be others than last time. */
export function nexusAt(
  state: OctopusState,
  nexus: SystemEndpoint | undefined,
): void {
  for (const [id, path] of Object.entries(feedPaths)) {
    if (!state.get('feeds', id)) continue;
    const url = nexus?.url ?? 'http://nexus.invalid';
    state.update('feeds', id, {
      FeedUri: `${url}${path}`,
      Username: nexus ? `${nexus.username}` : undefined,
      Password: { HasValue: Boolean(nexus), NewValue: null, Hint: null },
    });
    if (nexus) setSecret(state, `${id}.Password`, `${nexus.password}`);
  }
}

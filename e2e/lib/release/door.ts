import type { RunDocument } from '@nante/model';

/** Environments that the release goes through, by our name and by Octopus'. */
export const places = {
  dev: 'Development',
  staging: 'Staging',
} as const;
export type Place = keyof typeof places;

/** Names of the hosts. */
export const hostOf = (place: Place) => `hello-${place}`;

/** The steps of a release, as one of the doors takes them. Each answers its run, however that ended. */
export interface ReleaseDoor {
  /** Makes a container that is a deployment target. */
  makeHost(place: Place): Promise<RunDocument>;
  publish(version: string, file: string): Promise<RunDocument>;
  release(version: string): Promise<RunDocument>;
  /** Deploys a release to the first environment. */
  deploy(version: string): Promise<RunDocument>;
  /** From the first environment to the second. */
  promote(version: string): Promise<RunDocument>;
  rollBack(): Promise<RunDocument>;
  destroyHost(place: Place): Promise<RunDocument>;
}

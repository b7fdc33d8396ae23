import type {
  AppDeploymentResult,
  DeployDockerRequest,
  RoleChoice,
} from '@nante/model';
import { guestsAreRecords } from '../../configure/playOnHosts';
import type { Run } from '../../operation/executeRun';
import { probeHealth } from '../probe';
import type { PlacedHost } from './placedHost';
import type { ReleasePlays } from './playRelease';
import type { ReleaseWord } from './releaseWord';

/** What a deployment to hosts works with. */
export interface ReleaseWork {
  run: Run;
  request: DeployDockerRequest;
  plays: ReleasePlays;
  /** As hosts reach it. */
  image: string;
  role: RoleChoice;
  /** The same for the way back. */
  wayBack: RoleChoice;
  hosts: readonly PlacedHost[];
  detail(text: string): void;
}

/** How it stands at a host. */
export interface HostEnd {
  placed: PlacedHost;
  /** Left out where nobody knows: the host could not be asked. */
  word?: ReleaseWord;
}

/** Keeps what is known so far in the run's document, also where the run then fails. */
export type Noting = (change: Partial<AppDeploymentResult>) => Promise<void>;

/** Asks the app from here. */
export async function lookFromOutside(
  { run, request }: ReleaseWork,
  { origin }: PlacedHost,
) {
  const url = `${origin}${request.healthPath}`;
  if (guestsAreRecords(run)) return { url, answer: '(pretended)', ok: true };
  const { signal } = run;
  return probeHealth(url, { seconds: request.healthSeconds, signal });
}

import type {
  NexusApi,
  OctopusApi,
  OctopusDeployment,
  OctopusEnvironment,
  OctopusInterruption,
  OctopusMachine,
  OctopusRelease,
  ProcessPackage,
  TaskDetails,
} from '@nante/clients';
import type { ManagedTarget } from '@nante/engine';
import type { OctopusConnection } from '@nante/model';
import type {
  ConnectionHealth,
  SourceAge,
} from '@nante/plugin-infrastructure-common';
import type { HostRecord } from '../records/records';
import type { DeploymentHistory } from './DeploymentHistory';
import type { Board, Inventory } from './OctopusSource';

/** What is known of one space of Octopus; parts that were never answered are absent. */
export interface SpaceView {
  name: string;
  connection: OctopusConnection;
  board?: Board;
  inventory?: Inventory;
  machines: OctopusMachine[];
  /** ISO times. */
  machinesAt: string;
  observedAt?: string;
  history: DeploymentHistory;
  age: SourceAge;
}

/** A target of ours, with what Octopus says of it. */
export interface JoinedTarget {
  target: ManagedTarget;
  /** Absent where Octopus has no such machine, or was never asked. */
  machine?: OctopusMachine;
  /** Absent for a cluster, which is no host. */
  host?: HostRecord;
}

/** Everything about one deployment, as Octopus says it. */
export interface DeploymentFacts {
  deployment: OctopusDeployment;
  details: TaskDetails;
  release: OctopusRelease;
  /** The release before it in the environment, with its builds. */
  previous?: { deploymentId: string; release: OctopusRelease };
  channel: { name: string; lifecycleId: string };
  interruptions: OctopusInterruption[];
  packages: PackageOfRelease[];
  previousPackages: PackageOfRelease[];
  urls: { project: string; release: string; task: string };
}

/** A package of a release, with what the process calls it. */
export interface PackageOfRelease {
  step: string;
  packageId: string;
  /** Name of the feed. */
  feed: string;
  /** Octopus' word for its kind, such as `Maven`; empty where it is not known. */
  feedType: string;
  version: string;
}

/** A fresh, believed look at the targets of a space. */
export interface TargetsObservation {
  connection: string;
  machines: OctopusMachine[];
  environments: OctopusEnvironment[];
  /** Which of the machines are hosts of ours, by recorded ids. */
  joined: JoinedTarget[];
}

/** Projects, deployments and targets of all Octopus connections, joined with our records; and the Nexus connections. */
export interface DeploymentRegistry {
  /** Names of the configured connections. */
  readonly octopusNames: string[];
  readonly nexusNames: string[];
  /**
   * What runs where in all spaces, renewed when it is older than some seconds: three requests a space at most. Never
   * throws for a space.
   *
   * @param options - `history`: wait for the history, as long as a person would
   */
  spaces(options?: { history?: boolean }): Promise<SpaceView[]>;
  /** @throws NanteError `not-found` */
  space(
    connection: string,
    options?: { history?: boolean },
  ): Promise<SpaceView>;
  /** What is known by now, without asking anybody. */
  known(): SpaceView[];
  /** @throws NanteError `not-found`; what Octopus fails with */
  deployment(connection: string, id: string): Promise<DeploymentFacts>;
  /** What the process of a project deploys; cached. */
  packagesOf(connection: string, projectId: string): Promise<ProcessPackage[]>;
  /** Feeds of a space by id; cached. */
  feedsOf(
    connection: string,
  ): Promise<Map<string, { name: string; type: string; url?: string }>>;
  /** Our targets with what Octopus said last. Asks nobody but the bucket. */
  targets(): Promise<JoinedTarget[]>;
  /**
   * Asks Octopus now: targets, and environments where they are not known.
   *
   * @throws when Octopus doesn't answer or isn't believed; what was known is kept
   */
  observe(
    connection: string,
    options?: { accept?: boolean },
  ): Promise<TargetsObservation>;
  octopus(connection: string): Promise<OctopusApi>;
  nexus(connection: string): Promise<NexusApi>;
  /** Notes how a call to a Nexus ended, for its age. @returns what the call answered */
  ofNexus<T>(
    connection: string,
    call: (api: NexusApi) => Promise<T>,
  ): Promise<T>;
  nexusAge(connection: string): SourceAge;
  /** Health of the Octopus and Nexus connections; asks nobody. */
  connections(): ConnectionHealth[];
  /** The next look asks again. */
  invalidate(connection?: string): void;
}

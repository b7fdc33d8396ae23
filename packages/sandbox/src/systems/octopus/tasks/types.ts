import type { Readable } from 'node:stream';
import type { OctopusState } from '../state';
import type { Feed, HealthStatus, Machine, ServerTask } from '../documents';

/** A task as it is asked for. */
export interface NewTask {
  /** `Deploy` or `Health`; others are ended at once, with a line that says that they are only pretended. */
  Name: string;
  Description: string;
  /** `Deploy`: `DeploymentId`. `Health`: `MachineIds` or `EnvironmentId`, `Timeout`, `MachineTimeout` (`hh:mm:ss`). */
  Arguments: Record<string, unknown>;
  SpaceId?: string;
  ProjectId?: string;
  /** ISO time before which it does not start; now unless given. */
  QueueTime?: string;
  /** ISO time after which it does not start any more and counts as timed out. */
  QueueTimeExpiry?: string;
}

/** What happened to a task, for events and for what else follows it. */
export type TaskChange = 'queued' | 'started' | 'waiting' | 'resumed' | 'ended';

/** Answer to an interruption, as `interruptions/{id}/submit` has it. */
export interface InterruptionAnswer {
  /** Of a manual intervention: `Proceed` or `Abort`. */
  Result?: string;
  /** Of a guided failure: `Fail`, `Retry`, `Ignore` or `Exclude`. */
  Guidance?: string;
  Notes?: string;
}

/** Where somebody is logged in to. */
export interface SshLogin {
  host: string;
  port: number;
  user: string;
  /** PEM. */
  privateKey: string;
  /** `SHA256:…` or MD5 in hex, as Octopus has it; undefined takes any key, because a Tentacle's machine has none on record. */
  fingerprint?: string;
}

/** Runs commands on guests. */
export interface SshRunner {
  /**
   * Runs one command; its output comes line by line.
   *
   * @param input - what the command reads; it stays open until the command ends, so that its end tells the other side that we
   *   are gone
   * @returns its exit code, 255 where ssh itself failed
   * @throws NanteError `unreachable` when nothing answers, `refused` for another host key
   */
  run(
    login: SshLogin,
    command: string,
    options: {
      input: (string | Buffer | Readable)[];
      onLine(line: string, stream: 'out' | 'error'): void;
      signal: AbortSignal;
    },
  ): Promise<number>;
}

/** A package on this machine. */
export interface FetchedPackage {
  file: string;
  /** `.zip`, `.jar`, `.tar.gz`, … */
  extension: string;
  size: number;
  /** Hex; compared with what the feed says. */
  sha1: string;
}

/** Where packages come from. */
export interface PackageSource {
  /**
   * @throws NanteError `not-found` when the feed does not have it, `failed` when it arrived damaged or the feed is of a kind
   *   whose packages a server does not fetch
   */
  fetch(
    feed: Feed,
    packageId: string,
    version: string,
    signal: AbortSignal,
  ): Promise<FetchedPackage>;
}

/** What the queue stands on. */
export interface TaskQueueParts {
  state: OctopusState;
  ssh: SshRunner;
  packages: PackageSource;
  /** PEM of the sandbox's key, for machines whose account brings none. */
  privateKey: string;
  /** True for machines that are records: nothing is tried there, and their health stays what the seed says. */
  isRecord(machine: Machine): boolean;
  /** What the polling Tentacle of an address said last; undefined when none did. */
  polling?(uri: string): PollingTentacle | undefined;
  log(line: string): void;
  /** After every change of a task, for events. */
  onChange?(task: ServerTask, change: TaskChange): void;
  /** How many run at once; 5 unless told, as a new server has it. */
  cap?: number;
  /** Milliseconds that a pretended step takes; 300 unless told. */
  pretendedMs?: number;
}

/** A polling Tentacle that is connected. */
export interface PollingTentacle {
  thumbprint: string;
  /** Address that it came from, where it is reached by SSH too. */
  address: string;
  version: string;
}

/** Verdict of a check. */
export interface MachineHealth {
  status: HealthStatus;
  summary: string;
}

import type {
  ConfigureRequest,
  CreateProjectRequest,
  CreateRepositoryRequest,
  DeployDockerRequest,
  DeployK8sRequest,
  DeployRequest,
  DeregisterRequest,
  DesiredHost,
  DestroyRequest,
  Diagnosis,
  HostResult,
  Impact,
  InfrastructureConfig,
  NanteErrorCode,
  Observation,
  OnboardRequest,
  PlanSummary,
  PowerRequest,
  ProposeChangeRequest,
  ProvisionInput,
  ProvisionRequest,
  PublishRequest,
  RegisterRequest,
  ReleaseRequest,
  RepairRequest,
  ResizeRequest,
  RoleDescription,
  RollbackRequest,
  RunDocument,
  RunLogLine,
  RunRemedy,
  RunThing,
  SetUpRepositoryRequest,
  SnapshotRequest,
  TemplateRequest,
} from '@nante/model';
import type {
  ManagedHost,
  ManagedRepository,
  ManagedServer,
  ManagedTarget,
} from './managed';
import type { AnsibleInstallation } from './ansible/environment';
import type {
  GithubApi,
  NexusApi,
  ObjectStore,
  OctopusApi,
  OpenobserveApi,
  ProxmoxApi,
  SecretSource,
  TailscaleApi,
} from '@nante/clients';
import type { DoctorOptions } from './doctor/doctor';
import type { UnlockRequest, UnlockResult } from './lock/unlock';

export type * from './managed';

/** Where Terraform gets the Proxmox provider from. */
export type ProviderSource =
  /** `terraform init` downloads it. */
  | { type: 'registry' }
  /** A filesystem mirror on this machine; also the answer for sites without internet. */
  | { type: 'mirror'; directory: string }
  /** The sandbox's stand-in, one server for each Terraform run; refused for any endpoint but the sandbox's. */
  | { type: 'stand-in'; control: string; sandboxUrl: string };

export interface EngineOptions {
  /**
   * Configuration used until the bucket holds one; the portal publishes its own (`publishConfig`), the other doors read
   * `nante/config.json`.
   */
  config?: InfrastructureConfig;
  secrets: SecretSource;
  /** Directory for Terraform's work, one folder a workspace; survives tasks and restarts. */
  workDirectory: string;
  /** Folder of the Terraform root (`terraform/` of this repository). */
  terraformRoot: string;
  terraform: {
    /** Path or name of `terraform` or `tofu`. */
    binary: string;
    tool: 'terraform' | 'tofu';
    provider: ProviderSource;
  };
  /** Where Ansible and the playbooks lie. Left out: hosts are made and not configured, and a request for roles is refused. */
  ansible?: AnsibleInstallation;
  /** PEM file with a private CA of the S3 store. */
  stateCaFile?: string;
  /** Guests driver of the sandbox, for the run document. */
  sandboxGuests?: string;
  /** Test seam and rate limit: one client for each server, made once. */
  createProxmox?: (connection: string) => Promise<ProxmoxApi>;
  createTailscale?: (connection: string) => Promise<TailscaleApi>;
  createOpenobserve?: (connection: string) => Promise<OpenobserveApi>;
  createOctopus?: (connection: string) => Promise<OctopusApi>;
  createNexus?: (connection: string) => Promise<NexusApi>;
  createGithub?: (connection: string) => Promise<GithubApi>;
  createStore?: () => Promise<ObjectStore>;
  log?: (level: 'info' | 'warn' | 'error', line: string) => void;
  /** Milliseconds; shorter in tests. */
  timing?: {
    /** Between two heartbeats of a lock; 10 000. */
    heartbeatMs?: number;
    /** Without a heartbeat, until others look whether the holder is dead; 60 000. */
    lockTtlMs?: number;
    /**
     * How long a cancelled Terraform is waited for; 600 000, longer than any deadline of the provider. Then the run ends
     * as failed; Terraform is not killed, and its workspace stays locked until it ends.
     */
    cancelGraceMs?: number;
    /** How long a run waits for a lock; 300 000. */
    lockWaitMs?: number;
    /** How long a new guest may take until it reports its address and lets us in by SSH; 110 000, so that the cause is named within two minutes. */
    agentTimeoutMs?: number;
    /** How long a guest may take to shut down; 120 000. */
    shutdownTimeoutMs?: number;
    /** How long a play may take; 1 800 000. */
    playTimeoutMs?: number;
    /** How long the first sample of a host is waited for after its play; 90 000. */
    firstSampleMs?: number;
    /** How long the first health check of a new target may take; 120 000. */
    healthCheckMs?: number;
    /** Between two looks at a task of Octopus; 2 000. */
    taskPollMs?: number;
    /** Longest that a deployment is waited for, however long a request would; no limit unless given. */
    followLimitMs?: number;
  };
}

/** How a door starts a run. */
export interface RunOptions {
  door: 'portal' | 'workflow' | 'cli';
  /** Address of the task or workflow run. */
  link?: string;
  signal?: AbortSignal;
  /** Id of the run that this one repairs; set by `Engine.repair`. */
  repairs?: string;
  /** After each change of the run document. */
  onRun?: (run: RunDocument) => void;
  onLog?: (line: RunLogLine) => void;
}

/** A check made before anything is changed. */
export interface CheckResult {
  id: string;
  title: string;
  ok: boolean;
  message?: string;
  /** Form field it belongs to. */
  field?: keyof ProvisionRequest;
  /** Of the error, where it is not the same for every failure of the check. */
  code?: NanteErrorCode;
}

/** What a change of size would do. */
export interface ResizePlan {
  plan: PlanSummary;
  impact: Impact;
  /** Why, one line for each change. */
  reasons: string[];
}

/** What is there of a run, and the ways out of it. */
export interface RunInspection {
  /** The run says that it works, and whoever executed it is gone. */
  interrupted: boolean;
  things: RunThing[];
  /** Finish, undo, adopt and forget, in this order; empty for a run that succeeded or still works. */
  remedies: RunRemedy[];
}

export interface Engine {
  /** Configuration all doors agree on. */
  config(): Promise<InfrastructureConfig>;
  /**
   * Writes `nante/config.json` when it differs.
   *
   * @throws NanteError `invalid-input` that names what is wrong, defaults of variables that no role has too
   */
  publishConfig(config: InfrastructureConfig): Promise<void>;
  proxmox(connection: string): Promise<ProxmoxApi>;
  /** Checks everything that can be known beforehand and changes nothing; all problems at once. */
  check(
    request: ProvisionInput,
    options?: { signal?: AbortSignal },
  ): Promise<CheckResult[]>;
  /** What a request would change, by a real Terraform plan; changes nothing. */
  plan(
    request: ProvisionInput,
    options?: { signal?: AbortSignal },
  ): Promise<{ plan: PlanSummary; host: DesiredHost }>;
  /**
   * Makes a host, or takes up the run of the same request id where it stopped. Repeating a finished request answers its
   * run again and makes nothing.
   *
   * @returns the finished run document (`succeeded`)
   * @throws NanteError after the run document says `failed` or `cancelled`
   */
  provision(
    request: ProvisionInput,
    options: RunOptions,
  ): Promise<RunDocument & { result: HostResult }>;
  /** Destroys one host; siblings stay. Repeating it is success. */
  destroy(request: DestroyRequest, options: RunOptions): Promise<RunDocument>;
  /**
   * Applies roles to hosts of one app and environment, or shows by a dry run what that would change.
   *
   * @throws NanteError before anything is touched: `invalid-input` (roles and arguments, all problems at once),
   *   `not-found` (a host that is not ours), `refused`; `failed` after the run document says so
   */
  configure(
    request: ConfigureRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Starts, shuts down, reboots or cuts off a host of ours. Repeating it is success. */
  power(request: PowerRequest, options: RunOptions): Promise<RunDocument>;
  /** What a change of size would do, by a real plan; changes nothing. */
  planResize(
    request: ResizeRequest,
    options?: { signal?: AbortSignal },
  ): Promise<ResizePlan>;
  /**
   * Gives a host another size through its desired document and Terraform.
   *
   * @throws NanteError `refused` where it would restart the host and `allowReboot` is not set, or would rebuild it
   */
  resize(request: ResizeRequest, options: RunOptions): Promise<RunDocument>;
  /** Makes a snapshot, returns to one, or removes one. */
  snapshot(request: SnapshotRequest, options: RunOptions): Promise<RunDocument>;
  /** Checks a server by a dry run, or, with the id of that check, takes it into our care. */
  onboard(request: OnboardRequest, options: RunOptions): Promise<RunDocument>;
  /**
   * Makes a template that hosts are made from: of a cloud's image with the agent, or of a container with our key. Repeating
   * it is success; a name that belongs to something made otherwise is refused.
   */
  template(request: TemplateRequest, options: RunOptions): Promise<RunDocument>;
  /**
   * Makes a host of ours, or a cluster, a deployment target, and waits for its first health check: a target that is not
   * healthy is a failed run that says why. Repeating it changes only what differs.
   *
   * @throws NanteError `conflict` where the name belongs to a target that is not ours, or to one with another thumbprint
   */
  register(request: RegisterRequest, options: RunOptions): Promise<RunDocument>;
  /** Removes the target of a host, by its recorded id and only where name and thumbprint agree. Repeating it is success. */
  deregister(
    request: DeregisterRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Makes a project with a process for one package. One that is there is success, and its process is left alone. */
  createProject(
    request: CreateProjectRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Makes a release. The same one there already is success; one with other packages is `conflict`. */
  createRelease(
    request: ReleaseRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /**
   * Deploys a release and follows the task to its end: its log becomes the run's. A manual intervention is waited for.
   *
   * @throws NanteError `refused` (lifecycle, freeze, policy) before there is a deployment; `failed` where the task failed,
   *   was cancelled or did not end in time
   */
  deploy(request: DeployRequest, options: RunOptions): Promise<RunDocument>;
  /** Deploys the last good release that differs from what is there, and says what that changes. */
  rollback(request: RollbackRequest, options: RunOptions): Promise<RunDocument>;
  /** Publishes a file. The same checksum there already is success; another is `conflict`. */
  publish(request: PublishRequest, options: RunOptions): Promise<RunDocument>;
  /** Makes a hosted repository. */
  createRepository(
    request: CreateRepositoryRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /**
   * Makes the repository of an app: content, environments, variables, the one secret, protection, webhook. One that we made is
   * taken up where it stopped, and its files are left alone once they were pushed.
   *
   * @throws NanteError `conflict` where the name belongs to a repository that is not ours
   */
  setUpRepository(
    request: SetUpRepositoryRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Asks a repository by a pull request to take files. What is there already, or asked for already, is success. */
  proposeChange(
    request: ProposeChangeRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /**
   * Brings an image to Docker hosts of ours, by Compose and the role app-deploy. What is not healthy in time is returned to the
   * last good one, and the run fails.
   */
  deployDocker(
    request: DeployDockerRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Brings a chart, or manifests, to a cluster, by Helm. What does not become ready is returned to the last good revision, and the run fails. */
  deployK8s(
    request: DeployK8sRequest,
    options: RunOptions,
  ): Promise<RunDocument>;
  /** Repositories that `setUpRepository` made, over all apps. */
  managedRepositories(options?: {
    signal?: AbortSignal;
  }): Promise<ManagedRepository[]>;
  github(connection: string): Promise<GithubApi>;
  /** The space of an Octopus connection, with the rate limit that all of this process share. */
  octopus(connection: string): Promise<OctopusApi>;
  nexus(connection: string): Promise<NexusApi>;
  /** Roles that may be chosen, with their arguments; none where there is no Ansible. */
  roles(): Promise<RoleDescription[]>;
  /** What exists of a run and what is missing, asked now, and what can be done about it. */
  inspect(
    runId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RunInspection>;
  /** Finishes, undoes, adopts or forgets what a run left; answers the run that did it. */
  repair(request: RepairRequest, options: RunOptions): Promise<RunDocument>;
  /** Servers that were onboarded, over all workspaces. */
  managedServers(options?: { signal?: AbortSignal }): Promise<ManagedServer[]>;
  /** All hosts of ours, over all workspaces. */
  managedHosts(options?: { signal?: AbortSignal }): Promise<ManagedHost[]>;
  /** Deployment targets that we registered, over all workspaces; one whose machine is not known yet is left out. */
  managedTargets(options?: { signal?: AbortSignal }): Promise<ManagedTarget[]>;
  /** Runs of all doors, newest first. */
  listRuns(options?: {
    limit?: number;
    signal?: AbortSignal;
  }): Promise<RunDocument[]>;
  getRun(
    id: string,
    options?: { signal?: AbortSignal },
  ): Promise<RunDocument | undefined>;
  /** Lines after `after` (a line number; -1 for all), live while the run is on this machine. */
  runLog(
    id: string,
    after: number,
    options?: { signal?: AbortSignal },
  ): Promise<RunLogLine[]>;
  /** Asks the run to end; whoever executes it sees it within a heartbeat. */
  requestCancel(id: string): Promise<void>;
  /** Holder of the workspace's lock, if any. */
  lockHolder(
    workspace: string,
  ): Promise<
    { holder: string; runId: string; link?: string; since: string } | undefined
  >;
  /** Gives a lock back whose holder is provably gone. */
  unlock(
    request: UnlockRequest,
    options: { door: RunOptions['door']; signal?: AbortSignal },
  ): Promise<UnlockResult>;
  /**
   * What mesh and telemetry say of all hosts of ours: at most one request to each tailnet and two to each OpenObserve. A
   * system that does not answer is `unknown` for its hosts and no error.
   */
  observe(options?: { signal?: AbortSignal }): Promise<Observation[]>;
  /** Everything that has to be right before a host can be made, and who can repair what is not. */
  doctor(options?: DoctorOptions): Promise<Diagnosis[]>;
}

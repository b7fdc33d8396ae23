import type { TaskState } from '@nante/model';
import type { CallOptions } from '../proxmox/types';
import type {
  NewMachine,
  OctopusAccess,
  OctopusChannel,
  OctopusDashboard,
  OctopusDeployment,
  OctopusEnvironment,
  OctopusEvent,
  OctopusFreeze,
  OctopusInterruption,
  OctopusLifecycle,
  OctopusMachine,
  OctopusProcess,
  OctopusProgression,
  OctopusProject,
  OctopusProjectGroup,
  OctopusRelease,
  OctopusTask,
  Page,
  TaskDetails,
} from './resources';

export type * from './resources';

/** How many requests were sent, for budgets that count them. */
export interface RequestCounts {
  sent: number;
  /** Answers 429. */
  refused: number;
  /** Milliseconds that calls waited for the bucket. */
  waitedMs: number;
}

/**
 * What we do with a space of an Octopus server. Every call has a deadline and waits for a bucket that stays below the
 * server's limit; 429 is waited for as the server says. Names are compared as a whole: Octopus itself finds parts of them.
 *
 * Errors of all calls: NanteError `unreachable`; `unauthorized` (401, and 403 with the name of the permission that lacks);
 * `not-found`; `conflict`; `invalid-input` (what Octopus says is wrong); `failed` where an answer is not to be understood.
 */
export interface OctopusApi {
  checkAccess(options?: CallOptions): Promise<OctopusAccess>;
  /** Address of a page: `('targets', id)` of a machine, `('tasks', id)`, `('projects', slug)`, `('releases', slug, version)`. */
  pageUrl(
    kind: 'targets' | 'tasks' | 'projects' | 'releases',
    ...parts: string[]
  ): Promise<string>;
  requestCounts(): RequestCounts;

  environments(options?: CallOptions): Promise<OctopusEnvironment[]>;
  lifecycles(options?: CallOptions): Promise<OctopusLifecycle[]>;
  projectGroups(options?: CallOptions): Promise<OctopusProjectGroup[]>;
  createProjectGroup(
    name: string,
    options?: CallOptions,
  ): Promise<OctopusProjectGroup>;
  /** All, in pages of 1 000. */
  projects(options?: CallOptions): Promise<OctopusProject[]>;
  /** By id, slug or whole name; two that differ only in case are two. */
  findProject(
    name: string,
    options?: CallOptions,
  ): Promise<OctopusProject | undefined>;
  createProject(
    project: {
      name: string;
      groupId: string;
      lifecycleId: string;
      description: string;
    },
    options?: CallOptions,
  ): Promise<OctopusProject>;
  process(
    project: OctopusProject,
    options?: CallOptions,
  ): Promise<OctopusProcess>;
  /** Replaces the steps of a process, given as Octopus' own `Steps`. */
  replaceProcess(
    project: OctopusProject,
    steps: unknown[],
    options?: CallOptions,
  ): Promise<OctopusProcess>;
  channels(projectId: string, options?: CallOptions): Promise<OctopusChannel[]>;

  dashboard(options?: CallOptions): Promise<OctopusDashboard>;
  progression(
    projectId: string,
    options?: CallOptions,
  ): Promise<OctopusProgression>;
  release(id: string, options?: CallOptions): Promise<OctopusRelease>;
  /** One page, newest first. */
  releases(
    query: { projectId?: string; skip?: number; take?: number },
    options?: CallOptions,
  ): Promise<Page<OctopusRelease>>;
  findRelease(
    projectId: string,
    version: string,
    options?: CallOptions,
  ): Promise<OctopusRelease | undefined>;
  /**
   * Never repeated by itself.
   *
   * @param release - `packages` by action and reference; `channel` and `project` by name or id
   */
  createRelease(
    release: {
      project: OctopusProject;
      version: string;
      channel?: string;
      packages: { action: string; reference: string; version: string }[];
      notes?: string;
    },
    options?: CallOptions,
  ): Promise<OctopusRelease>;
  /** Environments, by id, that a release may be deployed to now, also once more: what its lifecycle and its defects allow. */
  deployableTo(releaseId: string, options?: CallOptions): Promise<string[]>;
  /** Versions of a package that a feed has, newest first, at most `take` (1 unless given). */
  packageVersions(
    feedId: string,
    packageId: string,
    query?: { take?: number },
    options?: CallOptions,
  ): Promise<string[]>;

  deployment(id: string, options?: CallOptions): Promise<OctopusDeployment>;
  /** One page, newest first. */
  deployments(
    query: {
      projectId?: string;
      environmentId?: string;
      states?: TaskState[];
      skip?: number;
      take?: number;
    },
    options?: CallOptions,
  ): Promise<Page<OctopusDeployment>>;
  /** Never repeated by itself. */
  createDeployment(
    deployment: {
      project: OctopusProject;
      release: Pick<OctopusRelease, 'id' | 'version'>;
      environment: Pick<OctopusEnvironment, 'id' | 'name'>;
      machineIds?: string[];
      force: boolean;
      comment?: string;
    },
    options?: CallOptions,
  ): Promise<{ deploymentId: string; taskId: string }>;
  /** Freezes that hold now, or begin within a week. */
  freezes(options?: CallOptions): Promise<OctopusFreeze[]>;

  task(id: string, options?: CallOptions): Promise<OctopusTask>;
  taskDetails(id: string, options?: CallOptions): Promise<TaskDetails>;
  /**
   * Many tasks in one request.
   *
   * @param ids - at least one: without ids Octopus would answer all tasks
   */
  tasks(ids: string[], options?: CallOptions): Promise<OctopusTask[]>;
  cancelTask(id: string, options?: CallOptions): Promise<void>;
  interruptions(
    taskId: string,
    options?: CallOptions,
  ): Promise<OctopusInterruption[]>;
  /** Takes responsibility and answers; answered already in the same way is success. */
  answerInterruption(
    id: string,
    answer: { result: string; notes?: string },
    options?: CallOptions,
  ): Promise<void>;

  /** All, in pages of 1 000. */
  machines(options?: CallOptions): Promise<OctopusMachine[]>;
  machine(
    id: string,
    options?: CallOptions,
  ): Promise<OctopusMachine | undefined>;
  findMachine(
    name: string,
    options?: CallOptions,
  ): Promise<OctopusMachine | undefined>;
  /** What answers at an address: its thumbprint or fingerprint. */
  discoverMachine(
    query: { style: 'ssh' | 'listening'; host: string; port: number },
    options?: CallOptions,
  ): Promise<{ thumbprint: string }>;
  createMachine(
    machine: NewMachine,
    options?: CallOptions,
  ): Promise<OctopusMachine>;
  /** Changes what is given; everything else of the machine stays as Octopus has it. */
  updateMachine(
    id: string,
    change: Partial<NewMachine>,
    options?: CallOptions,
  ): Promise<OctopusMachine>;
  /** One that is gone is success. */
  deleteMachine(id: string, options?: CallOptions): Promise<void>;
  /** Starts a health check of machines; answers the task's id. */
  checkHealth(machineIds: string[], options?: CallOptions): Promise<string>;
  machinePolicies(
    options?: CallOptions,
  ): Promise<{ id: string; name: string; isDefault: boolean }[]>;
  accounts(
    options?: CallOptions,
  ): Promise<{ id: string; name: string; type: string; username?: string }[]>;
  certificates(
    options?: CallOptions,
  ): Promise<{ id: string; name: string; thumbprint: string }[]>;
  feeds(
    options?: CallOptions,
  ): Promise<{ id: string; name: string; type: string; url?: string }[]>;
  /** Thumbprint that Tentacles trust. `unauthorized` where the key may not see it. */
  serverThumbprint(options?: CallOptions): Promise<string>;

  /** Newest first. */
  events(
    query: { since?: string; documentIds?: string[]; take?: number },
    options?: CallOptions,
  ): Promise<OctopusEvent[]>;
  /** Tells Octopus from which commit and build a package comes; once more is no error. */
  pushBuildInformation(
    build: {
      packageId: string;
      version: string;
      commit?: string;
      buildUrl?: string;
    },
    options?: CallOptions,
  ): Promise<void>;
}

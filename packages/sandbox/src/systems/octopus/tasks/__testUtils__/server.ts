import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateSshKey } from '../../../../seed/sshKey';
import type {
  ActivityElement,
  Deployment,
  Machine,
  Project,
  Release,
  ServerTask,
} from '../../documents';
import { seedOctopus } from '../../seed';
import { seededIds } from '../../seed/ids';
import { OctopusState } from '../../state';
import { createMavenPackages } from '../packages';
import { TaskQueue } from '../queue';
import { flatten } from '../taskLog';
import type { TaskChange, TaskQueueParts } from '../types';
import { TestFeed } from './feed';
import { createLocalSsh } from './localSsh';

/** The queue on the seeded company, with a feed over HTTP, and targets that are folders of this machine. */
export class TestServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'octopus-tasks-'));
  readonly feed = new TestFeed();
  readonly ssh = createLocalSsh(join(this.folder, 'targets'));
  readonly changes: [string, TaskChange][] = [];
  state!: OctopusState;
  queue!: TaskQueue;
  #parts: Partial<TaskQueueParts> = {};

  async start(parts: Partial<TaskQueueParts> = {}): Promise<this> {
    this.#parts = parts;
    const FeedUri = await this.feed.start();
    this.#open();
    this.state.update('feeds', seededIds.mavenFeed, { FeedUri });
    return this;
  }

  #open(): void {
    const sshKey = loadOrCreateSshKey(join(this.folder, 'key'));
    this.state = new OctopusState(join(this.folder, 'octopus.sqlite'));
    if (this.state.isEmpty) seedOctopus(this.state, { seed: 1, sshKey });
    this.queue = new TaskQueue({
      state: this.state,
      ssh: this.ssh,
      packages: createMavenPackages(
        join(this.folder, 'packages'),
        () => undefined,
      ),
      privateKey: sshKey.privateKey,
      isRecord: ({ Endpoint }) => !Endpoint.Host?.endsWith('.local'),
      log() {},
      onChange: ({ Id }, change) => this.changes.push([Id, change]),
      pretendedMs: 1,
      ...this.#parts,
    });
  }

  /** As a kill and a start do it: what ran gets no chance to say anything. */
  kill(): void {
    this.state.close();
    this.#open();
  }

  async remove(): Promise<void> {
    await this.queue.stop();
    this.state.close();
    await this.feed.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  project(name: string): Project {
    return this.state.all('projects').find(({ Name }) => Name === name)!;
  }

  /** A release of a project as it is now, with this version of all its packages. */
  release(project: Project, version: string): Release {
    const process = this.state.get(
      'deploymentprocesses',
      project.DeploymentProcessId,
    )!;
    const channel = this.state
      .all('channels')
      .find(({ ProjectId }) => ProjectId === project.Id)!;
    return this.state.insert('releases', 'Releases', {
      SpaceId: project.SpaceId,
      Version: version,
      ProjectId: project.Id,
      ChannelId: channel.Id,
      Assembled: new Date().toISOString(),
      IgnoreChannelRules: false,
      SelectedPackages: process.Steps.flatMap(({ Actions }) => Actions).map(
        ({ Name }) => ({
          ActionName: Name,
          PackageReferenceName: '',
          Version: version,
        }),
      ),
      ProjectDeploymentProcessSnapshotId: process.Id,
    });
  }

  deploy(
    release: Release,
    changes: Partial<Deployment> = {},
  ): { deployment: Deployment; task: ServerTask } {
    const deployment = this.state.insert('deployments', 'Deployments', {
      SpaceId: release.SpaceId,
      Name: 'Deploy',
      ProjectId: release.ProjectId,
      EnvironmentId: seededIds.development,
      ReleaseId: release.Id,
      ChannelId: release.ChannelId,
      TaskId: '',
      DeploymentProcessId: release.ProjectDeploymentProcessSnapshotId,
      Created: new Date().toISOString(),
      DeployedBy: 'mira',
      DeployedById: 'Users-1',
      Comments: '',
      ForcePackageDownload: false,
      ForcePackageRedeployment: false,
      UseGuidedFailure: false,
      SpecificMachineIds: [],
      ExcludedMachineIds: [],
      SkipActions: [],
      FormValues: {},
      DeployedToMachineIds: [],
      FailureEncountered: false,
      ...changes,
    });
    const task = this.queue.enqueue({
      Name: 'Deploy',
      Description: `Deploy release ${release.Version}`,
      Arguments: { DeploymentId: deployment.Id },
      SpaceId: release.SpaceId,
      ProjectId: release.ProjectId,
    });
    return { deployment, task };
  }

  /** A machine that is a folder, in Development. */
  machine(name: string, roles: string[], changes: Partial<Machine> = {}) {
    return this.state.insert('machines', 'Machines', {
      SpaceId: seededIds.space,
      Name: name,
      Slug: name,
      EnvironmentIds: [seededIds.development],
      Roles: roles,
      MachinePolicyId: 'MachinePolicies-1',
      IsDisabled: false,
      IsInProcess: false,
      HealthStatus: 'Healthy',
      StatusSummary: '',
      HasLatestCalamari: true,
      SkipInitialHealthCheck: false,
      TenantedDeploymentParticipation: 'Untenanted',
      Endpoint: {
        CommunicationStyle: 'Ssh',
        Host: `${name}.local`,
        Port: 22,
        Fingerprint: 'SHA256:x',
        AccountId: this.state.all('accounts')[0].Id,
      },
      ...changes,
    });
  }

  checkHealth(machines: Machine[], more: Record<string, unknown> = {}) {
    return this.queue.enqueue({
      Name: 'Health',
      Description: 'Check health',
      Arguments: { MachineIds: machines.map(({ Id }) => Id), ...more },
      SpaceId: seededIds.space,
    });
  }

  task(id: string): ServerTask {
    return this.state.get('tasks', id)!;
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error('It did not happen within 10 s');
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  }

  /** A task's log as `name: status` of each node, indented. */
  tree(id: string): string[] {
    const walk = (nodes: ActivityElement[], depth: number): string[] =>
      nodes.flatMap(node => [
        `${'  '.repeat(depth)}${node.Name}: ${node.Status}`,
        ...walk(node.Children, depth + 1),
      ]);
    return walk(this.queue.details(id), 0);
  }

  /** All lines of a task's log. */
  lines(id: string): string[] {
    return flatten(this.queue.details(id)).flatMap(({ LogElements }) =>
      LogElements.map(
        ({ Category, MessageText }) => `${Category}: ${MessageText}`,
      ),
    );
  }
}

import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  type InfrastructureConfig,
  type RunDocument,
  dnsLabelSchema,
  finalRunStates,
} from '@nante/model';
import type {
  StartDeploymentRequest,
  StartDeploymentResponse,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  Engine,
  Runner,
} from '@nante/plugin-infrastructure-node';
import type { RunIndex } from '../runs/RunIndex';
import type { StartedRuns } from '../runs/StartedRuns';
import { whyNotAct, whyNotDeploy } from './allowed';
import type { ComponentLinks, ProjectLink } from './ComponentLinks';
import { environmentLabel, ourEnvironment } from './ourEnvironments';
import { type BoardProject, SpaceReader } from './SpaceReader';

/** Who asks, and what that person may do. */
export interface Starter {
  ref: string;
  claims: string[];
  operator: boolean;
  mayDeploy(project: { ref: string; owner?: string }): boolean;
  mayRelease: boolean;
}

type WithEnvironment = StartDeploymentRequest & { environmentId: string };

/** What a request is about, found and checked. */
interface Subject {
  reader: SpaceReader;
  project: BoardProject;
  link?: ProjectLink;
}

/** Starts what the pages ask for: a run that answers for itself on its own page. */
export class DeploymentStarter {
  readonly #engine: Pick<Engine, 'requestCancel'>;
  readonly #runner: Pick<Runner, 'createRelease' | 'deploy' | 'rollback'>;
  readonly #registry: DeploymentRegistry;
  readonly #links: ComponentLinks;
  readonly #runs: RunIndex;
  readonly #shared: InfrastructureConfig;
  readonly #now: () => number;
  readonly #started: StartedRuns;

  constructor(deps: {
    engine: Pick<Engine, 'requestCancel'>;
    runner: Pick<Runner, 'createRelease' | 'deploy' | 'rollback'>;
    registry: DeploymentRegistry;
    links: ComponentLinks;
    runs: RunIndex;
    shared: InfrastructureConfig;
    started: StartedRuns;
    now?: () => number;
  }) {
    this.#engine = deps.engine;
    this.#runner = deps.runner;
    this.#registry = deps.registry;
    this.#links = deps.links;
    this.#runs = deps.runs;
    this.#shared = deps.shared;
    this.#started = deps.started;
    this.#now = deps.now ?? Date.now;
  }

  /**
   * Starts a run, or cancels one; answers as soon as the run has a page.
   *
   * @throws InputError, NotAllowedError with the reason that the page shows beside a button, NotFoundError, ConflictError
   */
  async start(
    request: StartDeploymentRequest,
    person: Starter,
  ): Promise<StartDeploymentResponse> {
    const subject = await this.#find(request);
    if (request.action === 'release') {
      return this.#release(request, subject, person);
    }
    const { environmentId } = request;
    if (
      !environmentId ||
      !subject.reader.environments.some(({ id }) => id === environmentId)
    ) {
      throw new NotFoundError(
        `${request.connection} has no environment ${environmentId ?? 'without a name'}`,
      );
    }
    const complete = { ...request, environmentId };
    return request.action === 'cancel'
      ? this.#cancel(complete, subject, person)
      : this.#deploy(complete, subject, person);
  }

  async #find(request: StartDeploymentRequest): Promise<Subject> {
    const space = await this.#registry.space(request.connection, {
      history: true,
    });
    const reader = new SpaceReader(space, this.#now());
    const project = reader.project(request.projectId);
    if (!project) {
      throw new NotFoundError(
        `${request.connection} has no project ${request.projectId}`,
      );
    }
    const link = await this.#links.linker([space]);
    return { reader, project, link: link(space.name, project) };
  }

  async #release(
    request: StartDeploymentRequest,
    { reader, project, link }: Subject,
    person: Starter,
  ): Promise<StartDeploymentResponse> {
    const reason = whyNotAct({
      space: reader.space,
      project: { ...project, owner: link?.owner },
      environment: { name: '', restricted: false },
      person: {
        operator: person.operator,
        mayDeploy: mayRelease(person, link?.owner),
      },
    });
    if (reason) throw new NotAllowedError(reason);
    const { requestId, version, packageVersion, comment } = request;
    if (!version) throw new InputError('version: is missing');
    return this.#started.start(requestId, person.ref, 'release', options =>
      this.#runner.createRelease(
        {
          ...this.#common(request, project, link, person),
          ...{ version, packageVersion: packageVersion ?? version },
          packages: {},
          notes: comment,
        },
        options,
      ),
    );
  }

  async #deploy(
    request: WithEnvironment,
    subject: Subject,
    person: Starter,
  ): Promise<StartDeploymentResponse> {
    const { reader, project, link } = subject;
    const { environmentId, version, action, requestId } = request;
    const input = this.#changeInput(request, subject, person);
    const reason =
      whyNotDeploy({
        ...input,
        freezes: reader.freezes(project.id, environmentId),
      }) ?? this.#whyNotVersion(request, subject);
    if (reason) throw new NotAllowedError(reason);
    if (
      input.environment.restricted &&
      request.confirm !== input.environment.name
    ) {
      throw new InputError(
        `confirm: type ${input.environment.name}, the name of the environment`,
      );
    }
    const name = input.environment.name;
    const common = {
      ...this.#common(request, project, link, person),
      environment:
        ourEnvironment(this.#shared, reader.space.name, name)?.name ??
        environmentLabel(name),
      octopusEnvironment: name,
      ...{ comment: request.comment, confirm: request.confirm },
      timeoutMinutes: 30,
      cancelOnTimeout: false,
    };
    if (action === 'rollback') {
      return this.#started.start(requestId, person.ref, 'rollback', options =>
        this.#runner.rollback({ ...common, version }, options),
      );
    }
    return this.#started.start(requestId, person.ref, 'deploy', options =>
      this.#runner.deploy(
        { ...common, version: version!, force: request.force ?? false },
        options,
      ),
    );
  }

  #whyNotVersion(
    { action, version, environmentId }: WithEnvironment,
    { reader, project }: Subject,
  ): string | undefined {
    if (action === 'rollback') {
      const earlier = reader.earlier(project.id, environmentId);
      if (!earlier.length) return reader.whyNoEarlier(environmentId);
      const known = earlier.map(
        ({ releaseId }) => reader.space.history.release(releaseId)?.version,
      );
      return version === undefined || known.includes(version)
        ? undefined
        : `${version} was never deployed to ${reader.environmentName(environmentId)} with success, or runs there now.`;
    }
    if (!version) throw new InputError('version: is missing');
    const item = reader.item(project.id, environmentId);
    // Once more where it was: no lifecycle forbids that.
    if (item?.releaseVersion === version) return undefined;
    const release = reader.space.history
      .releasesOf(project.id)
      .find(candidate => candidate.version === version);
    // One that is newer than what we know: the engine asks Octopus itself.
    return release && reader.whyNotThere(project.id, release, environmentId);
  }

  async #cancel(
    request: WithEnvironment,
    subject: Subject,
    person: Starter,
  ): Promise<StartDeploymentResponse> {
    const { connection, deploymentId, environmentId } = request;
    if (!deploymentId) throw new InputError('deploymentId: is missing');
    const reason = whyNotAct(this.#changeInput(request, subject, person));
    if (reason) throw new NotAllowedError(reason);
    const run = await findRunOf(this.#runs, connection, deploymentId);
    if (run && !finalRunStates.includes(run.state)) {
      // Whoever executes it cancels the task.
      await this.#engine.requestCancel(run.id);
      return { runId: run.id };
    }
    const api = await this.#registry.octopus(connection);
    const deployment = await api.deployment(deploymentId);
    // The person was asked about this project and environment, not about any deployment.
    if (
      deployment.projectId !== subject.project.id ||
      deployment.environmentId !== environmentId
    ) {
      throw new InputError(
        `deploymentId: ${deploymentId} is of another project or environment`,
      );
    }
    await api.cancelTask(deployment.taskId);
    this.#registry.invalidate(connection);
    return run ? { runId: run.id } : {};
  }

  #changeInput(
    { environmentId }: WithEnvironment,
    { reader, project, link }: Subject,
    person: Starter,
  ) {
    const { space } = reader;
    const name = reader.environmentName(environmentId);
    const ours = ourEnvironment(this.#shared, space.name, name);
    return {
      space,
      project: { ...project, owner: link?.owner },
      environment: { name, restricted: ours?.restricted ?? false },
      person: {
        operator: person.operator,
        mayDeploy: person.mayDeploy({
          ref: `${space.name}/${project.id}`,
          owner: link?.owner,
        }),
      },
    };
  }

  #common(
    { requestId, connection }: StartDeploymentRequest,
    project: BoardProject,
    link: ProjectLink | undefined,
    person: Starter,
  ) {
    return {
      requestId,
      connection,
      app: appOf(project, link),
      project: project.name,
      dryRun: false,
      requestedBy: person.ref,
      operator: person.operator,
    };
  }
}

/** Whether somebody may make releases for a component of an owner. */
export function mayRelease(
  person: Pick<Starter, 'operator' | 'mayRelease' | 'claims'>,
  owner: string | undefined,
): boolean {
  return (
    person.operator ||
    (person.mayRelease && owner !== undefined && person.claims.includes(owner))
  );
}

/** Name that the records of a project stand under: its component's, as the other doors say it, otherwise its slug. */
function appOf(project: BoardProject, link: ProjectLink | undefined): string {
  const name = [link?.name, project.slug].find(
    candidate => dnsLabelSchema.safeParse(candidate).success,
  );
  return name ?? environmentLabel(project.slug);
}

/** Run of ours that made a deployment. */
export async function findRunOf(
  runs: RunIndex,
  connection: string,
  deploymentId: string,
): Promise<RunDocument | undefined> {
  const all = await runs.list({ limit: 500 }).catch(() => []);
  return all.find(
    ({ deployment }) =>
      deployment?.id === deploymentId && deployment.connection === connection,
  );
}

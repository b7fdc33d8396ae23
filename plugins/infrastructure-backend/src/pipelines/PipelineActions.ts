import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import type {
  PipelineActionRequest,
  PipelineActionResponse,
} from '@nante/plugin-infrastructure-common';
import type { Engine } from '@nante/plugin-infrastructure-node';
import type { ComponentLinks } from '../deployments/ComponentLinks';
import { dispatchableOf } from './callers';
import type { PipelinePerson, Repositories } from './Repositories';
import type { RepositoryView } from './RepositoryView';

const DEADLINE = 20_000;

interface Deps {
  engine: Pick<Engine, 'github'>;
  links: ComponentLinks;
  repositories: Repositories;
}

/** Starts, repeats and cancels workflows for whoever may. */
export class PipelineActions {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * @throws InputError for inputs that the workflow does not take, NotAllowedError with the reason that the page shows beside
   *   a button, NotFoundError, and what GitHub fails with
   */
  async act(
    request: PipelineActionRequest,
    person: PipelinePerson,
  ): Promise<PipelineActionResponse> {
    const { engine, links, repositories } = this.#deps;
    const component = (await links.components()).find(
      ({ ref }) => ref.toLowerCase() === request.entityRef.toLowerCase(),
    );
    const known = component && (await repositories.of(component));
    if (!component || !known)
      throw new NotFoundError(
        `${request.entityRef} has no repository on GitHub`,
      );
    const { allowed, reason } = await repositories.mayRun(
      person,
      component,
      known,
    );
    if (!allowed) throw new NotAllowedError(reason);
    const view = repositories.view(known);
    const api = await engine.github(known.connection);
    const options = { signal: AbortSignal.timeout(DEADLINE) };
    try {
      if (request.action === 'dispatch') {
        const ref = await branchOf(view, request);
        const { runId, url } = await api.dispatchWorkflow(
          view.name,
          { workflow: request.file, ref, inputs: request.inputs },
          options,
        );
        return { runId, url };
      }
      const { runId } = request;
      const run = await view.run(runId);
      if (!run)
        throw new NotFoundError(`${known.repository} has no run ${runId}`);
      if (request.action === 'cancel')
        await api.cancelRun(view.name, runId, options);
      else await api.rerunFailedJobs(view.name, runId, options);
      return { runId, url: run.url };
    } finally {
      view.invalidate();
    }
  }
}

/** Branch that a workflow is started on; the workflow has to be one that a person may start, and to take the inputs. */
async function branchOf(
  view: RepositoryView,
  { file, inputs }: Extract<PipelineActionRequest, { action: 'dispatch' }>,
): Promise<string> {
  const [repository, head] = [await view.repository(), await view.head()];
  const caller = head?.callers.find(one => one.file === file);
  const dispatchable = caller && dispatchableOf(caller);
  if (!repository || !dispatchable)
    throw new InputError(
      `file: ${file} is no workflow of the default branch that somebody may start by hand`,
    );
  const known = new Map(dispatchable.inputs.map(one => [one.name, one]));
  const problems = [
    ...Object.keys(inputs)
      .filter(name => !known.has(name))
      .map(name => `inputs.${name}: the workflow has no such input`),
    ...dispatchable.inputs
      .filter(
        ({ name, required, default: preset }) =>
          required && preset === undefined && !inputs[name],
      )
      .map(({ name }) => `inputs.${name}: is missing`),
    ...Object.entries(inputs).flatMap(([name, value]) => {
      const options = known.get(name)?.options;
      return options && !options.includes(value)
        ? [`inputs.${name}: is to be one of ${options.join(', ')}`]
        : [];
    }),
  ];
  if (problems.length) throw new InputError(problems.join('; '));
  return repository.defaultBranch;
}

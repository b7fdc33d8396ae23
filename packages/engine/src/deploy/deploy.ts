import {
  deployRequestSchema,
  NanteError,
  parseInput,
  type DeployRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { deployByHand } from '../release/byHand';
import { newAppRunDocument } from '../runs/newRun';
import type { RunOptions } from '../types';
import { deployRelease, stepsOf } from './deployRelease';
import type { DeploymentWay } from './planDeployment';
import { destinationOf } from './destination';
import { succeeded } from './history';

/** See `Engine.deploy`. */
export async function deploy(
  context: EngineContext,
  given: DeployRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(deployRequestSchema, given);
  const config = await context.config();
  const destination = destinationOf(config, request, 'deploy to');
  const { environment } = destination;
  const initial = newAppRunDocument('deploy', request, options, {
    inputs: { ...request },
    byHand: deployByHand(request, { ...request, environment }),
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      async body(run, onFailure) {
        const api = await context.octopus(destination.connection);
        const way = wayOf(run, api, request);
        return deployRelease(run, request, destination, way, onFailure);
      },
    },
    options,
  );
}

function wayOf(
  { recorder, signal }: Run,
  api: Awaited<ReturnType<EngineContext['octopus']>>,
  { version, force, requestedBy, app }: DeployRequest,
): DeploymentWay {
  return {
    force,
    async choose({ project, history }) {
      const release = await api.findRelease(project.id, version, { signal });
      if (!release)
        throw new NanteError(
          'not-found',
          `There is no release ${version} of ${project.name}.`,
          {
            hint: `Make it first: nante release create --app ${app} --version ${version}.`,
          },
        );
      const before = history.find(succeeded);
      return {
        release,
        previous:
          before &&
          (await api.release(before.deployment.releaseId, { signal })),
      };
    },
    comment: async () =>
      `Asked for by ${requestedBy} through Nante, run ${recorder.document.id}.`,
  };
}

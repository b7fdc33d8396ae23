import type { OctopusApi, OctopusRelease } from '@nante/clients';
import {
  NanteError,
  parseInput,
  rollbackRequestSchema,
  type RollbackRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { deployByHand } from '../release/byHand';
import { newAppRunDocument } from '../runs/newRun';
import type { RunOptions } from '../types';
import { packageChanges } from './changes';
import { deployRelease, stepsOf } from './deployRelease';
import { destinationOf } from './destination';
import { succeeded, whatIsThere } from './history';
import type { DeploymentWay } from './planDeployment';

/** Releases that are looked at for one whose packages differ. */
const candidatesLooked = 20;

const commandsFor = (
  request: RollbackRequest,
  version: string,
  environment: string,
) => deployByHand(request, { version, environment, force: true });

/** See `Engine.rollback`. */
export async function rollback(
  context: EngineContext,
  given: RollbackRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(rollbackRequestSchema, given);
  const config = await context.config();
  const destination = destinationOf(config, request, 'roll back');
  const initial = newAppRunDocument('rollback', request, options, {
    inputs: { ...request },
    byHand: request.version
      ? commandsFor(request, request.version, destination.environment)
      : [],
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      async body(run, onFailure) {
        const api = await context.octopus(destination.connection);
        const way = wayOf(run, api, request, destination.environment);
        return deployRelease(run, request, destination, way, onFailure);
      },
    },
    options,
  );
}

function wayOf(
  run: Run,
  api: OctopusApi,
  request: RollbackRequest,
  environmentName: string,
): DeploymentWay {
  const { recorder, signal } = run;
  return {
    // What is there may be broken although its version says otherwise.
    force: true,

    async choose({ project, environment, history, process }) {
      const there = whatIsThere(history);
      if (!there)
        throw new NanteError(
          'refused',
          `${project.name} was never deployed to ${environment.name}: there is nothing to go back from.`,
        );
      const previous = await api.release(there.deployment.releaseId, {
        signal,
      });
      const good = [
        ...new Set(
          history.filter(succeeded).map(past => past.deployment.releaseId),
        ),
      ];
      const release = request.version
        ? await named(good)
        : await lastThatDiffers(good, previous);
      if (release) {
        const { version } = release;
        const byHand = commandsFor(request, version, environmentName);
        await recorder.update({ byHand });
        return { release, previous };
      }
      throw new NanteError(
        'refused',
        request.version
          ? `${project.name} ${request.version} was never deployed to ${environment.name} with success, so it is no way back.`
          : `There is no earlier release of ${project.name} that was deployed to ${environment.name} with success and differs from ${previous.version}.`,
        { hint: 'Deploy a release that is good: nante deploy.' },
      );

      async function named(ids: string[]): Promise<OctopusRelease | undefined> {
        const found = await api.findRelease(project.id, request.version!, {
          signal,
        });
        return found && ids.includes(found.id) ? found : undefined;
      }

      async function lastThatDiffers(
        ids: string[],
        from: OctopusRelease,
      ): Promise<OctopusRelease | undefined> {
        const others = ids.filter(id => id !== from.id);
        for (const id of others.slice(0, candidatesLooked)) {
          const candidate = await api.release(id, { signal });
          if (
            from.packages.length === 0 ||
            packageChanges(process, from, candidate).length > 0
          )
            return candidate;
          recorder.log(
            'info',
            `${candidate.version} has the same packages as ${from.version}, so it is passed over.`,
          );
        }
        return undefined;
      }
    },

    async comment({ history, previous }) {
      const left = whatIsThere(history);
      const url = left && (await api.pageUrl('tasks', left.deployment.taskId));
      return `Rolls back from ${previous?.version} (${left?.deployment.id}, ${url}). Asked for by ${request.requestedBy} through Nante, run ${recorder.document.id}.`;
    },
  };
}

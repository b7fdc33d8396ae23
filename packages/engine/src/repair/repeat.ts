import { NanteError, type RunDocument } from '@nante/model';
import { configure } from '../configure/configure';
import type { EngineContext } from '../context';
import { destroy } from '../destroy/destroy';
import { onboard } from '../onboard/onboard';
import { power } from '../power/power';
import { provision } from '../provision/provision';
import { resize } from '../resize/resize';
import { snapshot } from '../snapshot/snapshot';
import { template } from '../template/template';
import { deploy } from '../deploy/deploy';
import { rollback } from '../deploy/rollback';
import { createProject } from '../project/createProject';
import { createRepository } from '../publish/createRepository';
import { deployDocker } from '../appDeployment/deployDocker';
import { deployK8s } from '../appDeployment/deployK8s';
import { proposeChange } from '../repository/proposeChange';
import { setUpRepository } from '../repository/setUpRepository';
import { publish } from '../publish/publish';
import { deregister } from '../register/deregister';
import { register } from '../register/register';
import { createRelease } from '../release/createRelease';
import type { RunOptions } from '../types';
import { adopt } from './adopt';
import { forget } from './forget';
import { runToRepair } from './inspect';
import { requestOf } from './requestOf';
import { undo } from './undo';

/**
 * The request of a run once more, under its own id and for whoever made it: the run goes on where it stopped.
 *
 * @param operator - whether whoever repeats it may do what is restricted
 */
export async function repeat(
  context: EngineContext,
  run: RunDocument,
  operator: boolean,
  given: RunOptions,
): Promise<RunDocument> {
  const options: RunOptions = { ...given, repairs: run.repairs };
  const found = requestOf(run, operator);
  if (!found)
    throw new NanteError(
      'refused',
      'What was asked for does not fit this release any more.',
      { hint: 'Make a new request.' },
    );
  switch (found.verb) {
    case 'provision':
      return provision(context, found.request, options);
    case 'destroy':
      return destroy(context, found.request, options);
    case 'configure':
      return configure(context, found.request, options);
    case 'power':
      return power(context, found.request, options);
    case 'resize':
      return resize(context, found.request, options);
    case 'snapshot':
      return snapshot(context, found.request, options);
    case 'onboard':
      return onboard(context, found.request, options);
    case 'template':
      return template(context, found.request, options);
    case 'register':
      return register(context, found.request, options);
    case 'deregister':
      return deregister(context, found.request, options);
    case 'create-project':
      return createProject(context, found.request, options);
    case 'release':
      return createRelease(context, found.request, options);
    case 'deploy':
      return deploy(context, found.request, options);
    case 'rollback':
      return rollback(context, found.request, options);
    case 'publish':
      return publish(context, found.request, options);
    case 'create-repository':
      return createRepository(context, found.request, options);
    case 'set-up-repository':
      return setUpRepository(context, found.request, options);
    case 'propose-change':
      return proposeChange(context, found.request, options);
    case 'deploy-docker':
      return deployDocker(context, found.request, options);
    case 'deploy-k8s':
      return deployK8s(context, found.request, options);
    case 'repair': {
      const { request } = found;
      const repaired = await runToRepair(context, request.runId, options);
      const remedies = { undo, adopt, forget, finish: undefined };
      const remedy = remedies[request.remedy];
      if (remedy) return remedy(context, repaired, request, options);
      throw new NanteError('refused', `The run ${run.id} is no repair.`);
    }
    default:
      return found satisfies never;
  }
}

import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import type { ActionDeps } from '../deps';
import { createAnsibleRunAction } from './ansibleRun';
import { createAppCheckAction } from './appCheck';
import { createAppRegisterAction } from './appRegister';
import { createDeployAction } from './deploy';
import { createDeregisterAction } from './deregister';
import { createDestroyAction } from './destroy';
import { createGithubChangeAction } from './githubChangePropose';
import { createGithubRepositoryAction } from './githubRepositoryCreate';
import { createGithubRunAction } from './githubRunFollow';
import { createOnboardAction } from './onboard';
import { createPowerAction } from './power';
import { createProjectAction } from './projectCreate';
import { createProvisionAction } from './provision';
import { createPublishAction } from './publish';
import { createRegisterAction } from './register';
import { createReleaseAction } from './releaseCreate';
import { createRepairAction } from './repair';
import { createRepositoryAction } from './repositoryCreate';
import { createResizeAction } from './resize';
import { createRollbackAction } from './rollback';
import { createSnapshotAction } from './snapshot';

/** All actions about hosts, deployments, artifacts and runs. */
export function createActions(
  deps: ActionDeps,
): TemplateAction<any, any, any>[] {
  return [
    createAppCheckAction(deps),
    createAppRegisterAction(deps),
    createProvisionAction(deps),
    createDestroyAction(deps),
    createPowerAction(deps),
    createResizeAction(deps),
    createSnapshotAction(deps),
    createAnsibleRunAction(deps),
    createOnboardAction(deps),
    createRepairAction(deps),
    createRegisterAction(deps),
    createDeregisterAction(deps),
    createProjectAction(deps),
    createReleaseAction(deps),
    createDeployAction(deps),
    createRollbackAction(deps),
    createPublishAction(deps),
    createRepositoryAction(deps),
    createGithubRepositoryAction(deps),
    createGithubChangeAction(deps),
    createGithubRunAction(deps),
  ];
}

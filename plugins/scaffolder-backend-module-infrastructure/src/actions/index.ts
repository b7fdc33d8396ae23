import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import type { ActionDeps } from '../deps';
import { createAnsibleRunAction } from './ansibleRun';
import { createDestroyAction } from './destroy';
import { createOnboardAction } from './onboard';
import { createPowerAction } from './power';
import { createProvisionAction } from './provision';
import { createRepairAction } from './repair';
import { createResizeAction } from './resize';
import { createSnapshotAction } from './snapshot';

/** All actions about hosts and runs. */
export function createActions(
  deps: ActionDeps,
): TemplateAction<any, any, any>[] {
  return [
    createProvisionAction(deps),
    createDestroyAction(deps),
    createPowerAction(deps),
    createResizeAction(deps),
    createSnapshotAction(deps),
    createAnsibleRunAction(deps),
    createOnboardAction(deps),
    createRepairAction(deps),
  ];
}

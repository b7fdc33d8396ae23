import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import {
  engineServiceRef,
  runnerServiceRef,
} from '@nante/plugin-infrastructure-node';
import { createAnsibleRunAction } from './actions/ansibleRun';
import { createDestroyAction } from './actions/destroy';
import { createOnboardAction } from './actions/onboard';
import { createPowerAction } from './actions/power';
import { createProvisionAction } from './actions/provision';
import { createRepairAction } from './actions/repair';
import { createResizeAction } from './actions/resize';
import { createSnapshotAction } from './actions/snapshot';

/** Adds the actions about hosts and runs to the scaffolder. */
export const scaffolderModuleInfrastructure = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'infrastructure',
  register(reg) {
    reg.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auditor: coreServices.auditor,
        engine: engineServiceRef,
        permissions: coreServices.permissions,
        runner: runnerServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init({ actions, ...deps }) {
        actions.addActions(
          createProvisionAction(deps),
          createDestroyAction(deps),
          createPowerAction(deps),
          createResizeAction(deps),
          createSnapshotAction(deps),
          createAnsibleRunAction(deps),
          createOnboardAction(deps),
          createRepairAction(deps),
        );
      },
    });
  },
});

import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import {
  engineServiceRef,
  runnerServiceRef,
} from '@nante/plugin-infrastructure-node';
import { createDestroyAction } from './actions/destroy';
import { createProvisionAction } from './actions/provision';

/** Adds `proxmox:provision` and `proxmox:destroy` to the scaffolder. */
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
        );
      },
    });
  },
});

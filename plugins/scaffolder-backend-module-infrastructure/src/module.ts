import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import {
  engineServiceRef,
  runnerServiceRef,
  secretMaskServiceRef,
  workflowFollowerServiceRef,
} from '@nante/plugin-infrastructure-node';
import { createActions } from './actions';

/** Adds the actions about hosts, deployments, artifacts and runs to the scaffolder. */
export const scaffolderModuleInfrastructure = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'infrastructure',
  register(reg) {
    reg.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        engine: engineServiceRef,
        follower: workflowFollowerServiceRef,
        permissions: coreServices.permissions,
        runner: runnerServiceRef,
        secrets: secretMaskServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init({ actions, ...deps }) {
        actions.addActions(...createActions(deps));
      },
    });
  },
});

import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { NantePolicy } from './NantePolicy';
import { readRoleAssignments } from './roles';

/** Installs the policy of the portal. */
export default createBackendModule({
  pluginId: 'permission',
  moduleId: 'nante-policy',
  register(reg) {
    reg.registerInit({
      deps: { policy: policyExtensionPoint, config: coreServices.rootConfig },
      async init({ policy, config }) {
        policy.setPolicy(new NantePolicy(readRoleAssignments(config)));
      },
    });
  },
});

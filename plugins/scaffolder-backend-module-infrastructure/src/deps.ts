import type {
  AuditorService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { Engine, Runner } from '@nante/plugin-infrastructure-node';

/** What the actions stand on. */
export interface ActionDeps {
  auditor: AuditorService;
  engine: Engine;
  permissions: PermissionsService;
  runner: Runner;
  userInfo: UserInfoService;
}

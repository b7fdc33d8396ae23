import type {
  AuditorService,
  AuthService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Engine, Runner } from '@nante/plugin-infrastructure-node';

/** What the actions stand on. */
export interface ActionDeps {
  auditor: AuditorService;
  /** The portal itself, for what a person may not see and must not take. */
  auth: AuthService;
  catalog: CatalogService;
  engine: Engine;
  permissions: PermissionsService;
  runner: Runner;
  userInfo: UserInfoService;
}

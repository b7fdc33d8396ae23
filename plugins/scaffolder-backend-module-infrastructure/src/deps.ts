import type {
  AuditorService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Engine, Runner } from '@nante/plugin-infrastructure-node';

/** What the actions stand on. */
export interface ActionDeps {
  auditor: AuditorService;
  catalog: CatalogService;
  engine: Engine;
  permissions: PermissionsService;
  runner: Runner;
  userInfo: UserInfoService;
}

import type {
  AuditorService,
  AuthService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type {
  Engine,
  Runner,
  SecretMask,
  WorkflowFollower,
} from '@nante/plugin-infrastructure-node';

/** What the actions stand on. */
export interface ActionDeps {
  auditor: AuditorService;
  /** The portal itself, for what a person may not see and must not take. */
  auth: AuthService;
  catalog: CatalogService;
  engine: Engine;
  follower: WorkflowFollower;
  permissions: PermissionsService;
  runner: Runner;
  /** For logs that GitHub keeps. */
  secrets: SecretMask;
  userInfo: UserInfoService;
}

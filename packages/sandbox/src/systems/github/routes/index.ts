import type { Route } from '../router';
import { accountRoutes } from './account';
import { branchRoutes } from './branches';
import { commitRoutes } from './commits';
import { contentRoutes } from './contents';
import { environmentRoutes } from './environments';
import { logRoutes } from './logs';
import { reviewRoutes } from './reviews';
import { peopleRoutes } from './people';
import { gitDataRoutes } from './gitData';
import { hookRoutes } from './hooks';
import { pullRoutes } from './pulls';
import { repositoryRoutes } from './repositories';
import { runRoutes } from './runs';
import { settingRoutes } from './settings';
import { workflowRoutes } from './workflows';

/** Every call of the vendor's API that this stand-in answers. */
export const servedRoutes: Route[] = [
  ...accountRoutes,
  ...repositoryRoutes,
  ...branchRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...gitDataRoutes,
  ...pullRoutes,
  ...workflowRoutes,
  ...runRoutes,
  ...settingRoutes,
  ...hookRoutes,
  ...peopleRoutes,
  ...reviewRoutes,
  ...logRoutes,
  ...environmentRoutes,
];

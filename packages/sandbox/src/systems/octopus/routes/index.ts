import type { Route } from '../router';
import { dashboardRoutes } from './dashboard';
import { discoveryRoutes } from './discovery';
import { feedRoutes } from './feeds';
import { interruptionRoutes } from './interruptions';
import { processRoutes } from './processes';
import { progressRoutes } from './progress';
import { deploymentRoutes } from './deployments';
import { environmentRoutes } from './environments';
import { eventRoutes } from './events';
import { freezeRoutes } from './freezes';
import { infrastructureRoutes } from './infrastructure';
import { machineRoutes } from './machines';
import { projectRoutes } from './projects';
import { releaseRoutes } from './releases';
import { serverRoutes } from './server';
import { taskRoutes } from './tasks';

/** Every call of the vendor's API that this stand-in answers. */
export const servedRoutes: Route[] = [
  ...serverRoutes,
  ...environmentRoutes,
  ...projectRoutes,
  ...processRoutes,
  ...releaseRoutes,
  ...progressRoutes,
  ...deploymentRoutes,
  ...taskRoutes,
  ...interruptionRoutes,
  ...machineRoutes,
  ...discoveryRoutes,
  ...infrastructureRoutes,
  ...feedRoutes,
  ...freezeRoutes,
  ...dashboardRoutes,
  ...eventRoutes,
];

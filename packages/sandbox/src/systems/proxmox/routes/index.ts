import type { Route } from '../router';
import { accessRoutes } from './access';
import { agentRoutes } from './agent';
import { clusterRoutes } from './cluster';
import { downloadRoutes } from './downloads';
import { guestRoutes, nodeSeriesRoute } from './guests';
import { lxcRoutes } from './lxc';
import { poolRoutes } from './pools';
import { qemuRoutes } from './qemu';
import { storageRoutes } from './storage';
import { taskRoutes } from './tasks';

/** Every call that the stand-in serves. */
export const routes: Route[] = [
  ...clusterRoutes,
  ...taskRoutes,
  nodeSeriesRoute,
  ...storageRoutes,
  ...downloadRoutes,
  ...poolRoutes,
  ...accessRoutes,
  ...guestRoutes('qemu'),
  ...guestRoutes('lxc'),
  ...qemuRoutes,
  ...agentRoutes,
  ...lxcRoutes,
];

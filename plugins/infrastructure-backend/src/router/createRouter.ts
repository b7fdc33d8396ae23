import type { ErrorRequestHandler, Router as ExpressRouter } from 'express';
import express from 'express';
import Router from 'express-promise-router';
import { toBackstageError } from '@nante/plugin-infrastructure-node';
import { addActivityRoutes } from './activityRoutes';
import { addAdminRoutes } from './adminRoutes';
import { addAppNameRoutes } from './appNameRoutes';
import { addArtifactRoutes } from './artifactRoutes';
import { addChangeRoutes } from './changeRoutes';
import { addDeploymentRoutes } from './deploymentRoutes';
import { addHomeRoutes } from './homeRoutes';
import { addHostRoutes } from './hostRoutes';
import { addPipelineRoutes } from './pipelineRoutes';
import { addRunRoutes } from './runRoutes';

type RouterDeps = Parameters<typeof addActivityRoutes>[1] &
  Parameters<typeof addAppNameRoutes>[1] &
  Parameters<typeof addArtifactRoutes>[1] &
  Parameters<typeof addHostRoutes>[1] &
  Parameters<typeof addAdminRoutes>[1] &
  Parameters<typeof addChangeRoutes>[1] &
  Parameters<typeof addDeploymentRoutes>[1] &
  Parameters<typeof addHomeRoutes>[1] &
  Parameters<typeof addPipelineRoutes>[1] &
  Parameters<typeof addRunRoutes>[1];

/** The whole API. Every route names the permission it asks for. */
export function createRouter(deps: RouterDeps): ExpressRouter {
  const router = Router();
  router.use(express.json({ limit: '100kb' }));
  addHostRoutes(router, deps);
  addChangeRoutes(router, deps);
  addRunRoutes(router, deps);
  addDeploymentRoutes(router, deps);
  addArtifactRoutes(router, deps);
  addAppNameRoutes(router, deps);
  addActivityRoutes(router, deps);
  addAdminRoutes(router, deps);
  addPipelineRoutes(router, deps);
  addHomeRoutes(router, deps);
  const translate: ErrorRequestHandler = (error, _req, _res, next) =>
    next(toBackstageError(error));
  router.use(translate);
  return router;
}

import {
  createExternalRouteRef,
  createRouteRef,
} from '@backstage/frontend-plugin-api';

export const hostsRouteRef = createRouteRef();
export const checksRouteRef = createRouteRef();
export const runsRouteRef = createRouteRef();
export const runRouteRef = createRouteRef({ params: ['id'] });
export const deploymentsRouteRef = createRouteRef();
export const deploymentRouteRef = createRouteRef({
  params: ['connection', 'id'],
});
export const activityRouteRef = createRouteRef();
export const workflowsRouteRef = createRouteRef();

/** The form of a template. */
export const templateRouteRef = createExternalRouteRef({
  params: ['namespace', 'templateName'],
  defaultTarget: 'scaffolder.selectedTemplate',
});

/** What can be requested. */
export const createPageRouteRef = createExternalRouteRef({
  defaultTarget: 'scaffolder.root',
});

/** The page of the search. */
export const searchRouteRef = createExternalRouteRef({
  defaultTarget: 'search.root',
});

/** The page of a scaffolder task. */
export const taskRouteRef = createExternalRouteRef({
  params: ['taskId'],
  defaultTarget: 'scaffolder.ongoingTask',
});

/** The page of a catalog entity. */
export const entityPageRouteRef = createExternalRouteRef({
  params: ['namespace', 'kind', 'name'],
  defaultTarget: 'catalog.catalogEntity',
});

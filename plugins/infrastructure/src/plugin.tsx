import type { Entity } from '@backstage/catalog-model';
import {
  ApiBlueprint,
  PageBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import {
  ANNOTATION_PROXMOX_GUEST,
  ANNOTATION_SERVER,
} from '@nante/plugin-infrastructure-common';
import {
  RiArchiveLine,
  RiFlowChart,
  RiGitBranchLine,
  RiHistoryLine,
  RiPlayListAddLine,
  RiRocketLine,
  RiServerLine,
  RiStethoscopeLine,
} from '@remixicon/react';
import { EntityCardBlueprint, EntityContentBlueprint } from './alphaImports';
import { infrastructureApiRef } from './api/InfrastructureApi';
import { InfrastructureClient } from './api/InfrastructureClient';
import { homeWidgets } from './home/widgets';
import {
  activityRouteRef,
  checksRouteRef,
  createPageRouteRef,
  deploymentRouteRef,
  deploymentsRouteRef,
  entityPageRouteRef,
  hostsRouteRef,
  runRouteRef,
  runsRouteRef,
  searchRouteRef,
  taskRouteRef,
  templateRouteRef,
  workflowsRouteRef,
} from './routes';

const infrastructureApi = ApiBlueprint.make({
  params: define =>
    define({
      api: infrastructureApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: deps => new InfrastructureClient(deps),
    }),
});

const hostsPage = PageBlueprint.make({
  name: 'hosts',
  params: {
    path: '/hosts',
    title: 'Hosts',
    icon: <RiServerLine />,
    routeRef: hostsRouteRef,
    loader: () => import('./hosts/HostsPage').then(m => <m.HostsPage />),
  },
});

const runsPage = PageBlueprint.make({
  name: 'runs',
  params: {
    path: '/runs',
    title: 'Runs',
    icon: <RiPlayListAddLine />,
    routeRef: runsRouteRef,
    loader: () => import('./runs/RunsPage').then(m => <m.RunsPage />),
  },
});

// Without an icon, so that it isn't in the sidebar.
const runPage = PageBlueprint.make({
  name: 'run',
  params: {
    path: '/runs/:id',
    title: 'Run',
    routeRef: runRouteRef,
    loader: () => import('./run/RunPage').then(m => <m.RunPage />),
  },
});

const deploymentsPage = PageBlueprint.make({
  name: 'deployments',
  params: {
    path: '/deployments',
    title: 'Deployments',
    icon: <RiRocketLine />,
    routeRef: deploymentsRouteRef,
    loader: () =>
      import('./deployments/DeploymentsPage').then(m => <m.DeploymentsPage />),
  },
});

// Without an icon, so that it isn't in the sidebar.
const deploymentPage = PageBlueprint.make({
  name: 'deployment',
  params: {
    path: '/deployments/:connection/:id',
    title: 'Deployment',
    routeRef: deploymentRouteRef,
    loader: () =>
      import('./deployment/DeploymentPage').then(m => <m.DeploymentPage />),
  },
});

const activityPage = PageBlueprint.make({
  name: 'activity',
  params: {
    path: '/activity',
    title: 'Activity',
    icon: <RiHistoryLine />,
    routeRef: activityRouteRef,
    loader: () =>
      import('./activity/ActivityPage').then(m => <m.ActivityPage />),
  },
});

const workflowsPage = PageBlueprint.make({
  name: 'workflows',
  params: {
    path: '/workflows',
    title: 'Workflows',
    icon: <RiFlowChart />,
    routeRef: workflowsRouteRef,
    loader: () =>
      import('./workflows/WorkflowsPage').then(m => <m.WorkflowsPage />),
  },
});

const checksPage = PageBlueprint.make({
  name: 'checks',
  params: {
    path: '/checks',
    title: 'Checks',
    icon: <RiStethoscopeLine />,
    routeRef: checksRouteRef,
    loader: () => import('./checks/ChecksPage').then(m => <m.ChecksPage />),
  },
});

/** Guests of a Proxmox, and servers that were onboarded. */
const isHost = ({ kind, metadata: { annotations = {} } }: Entity) =>
  kind.toLowerCase() === 'resource' &&
  (ANNOTATION_PROXMOX_GUEST in annotations || ANNOTATION_SERVER in annotations);

const hostContent = EntityContentBlueprint.make({
  name: 'host',
  params: {
    path: '/host',
    title: 'Host',
    icon: <RiServerLine />,
    filter: isHost,
    loader: () => import('./host/HostContent').then(m => <m.HostContent />),
  },
});

const hostCard = EntityCardBlueprint.make({
  name: 'host',
  params: {
    filter: isHost,
    loader: () => import('./host/HostCard').then(m => <m.HostCard />),
  },
});

const isComponent = ({ kind }: Entity) => kind.toLowerCase() === 'component';

const pipelineContent = EntityContentBlueprint.make({
  name: 'pipeline',
  params: {
    path: '/pipeline',
    title: 'Pipeline',
    icon: <RiGitBranchLine />,
    // Components without a repository too: the tab says how they get one.
    filter: isComponent,
    loader: () =>
      import('./pipeline/PipelineContent').then(m => <m.PipelineContent />),
  },
});

const artifactsContent = EntityContentBlueprint.make({
  name: 'artifacts',
  params: {
    path: '/artifacts',
    title: 'Artifacts',
    icon: <RiArchiveLine />,
    // Components without the annotation too: what has their name is found.
    filter: isComponent,
    loader: () =>
      import('./artifacts/ArtifactsContent').then(m => <m.ArtifactsContent />),
  },
});

/** Pages of hosts, deployments and runs, and what the entities of hosts and components show. */
export const infrastructurePlugin = createFrontendPlugin({
  pluginId: 'infrastructure',
  title: 'Infrastructure',
  icon: <RiServerLine />,
  routes: {
    hosts: hostsRouteRef,
    runs: runsRouteRef,
    run: runRouteRef,
    deployments: deploymentsRouteRef,
    deployment: deploymentRouteRef,
    activity: activityRouteRef,
    workflows: workflowsRouteRef,
    checks: checksRouteRef,
  },
  externalRoutes: {
    create: createPageRouteRef,
    search: searchRouteRef,
    template: templateRouteRef,
    task: taskRouteRef,
    entity: entityPageRouteRef,
  },
  extensions: [
    infrastructureApi,
    hostsPage,
    runsPage,
    runPage,
    deploymentsPage,
    deploymentPage,
    activityPage,
    workflowsPage,
    checksPage,
    hostContent,
    hostCard,
    pipelineContent,
    artifactsContent,
    ...homeWidgets,
  ],
});

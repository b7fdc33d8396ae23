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
  RiPlayListAddLine,
  RiServerLine,
  RiStethoscopeLine,
} from '@remixicon/react';
import { EntityCardBlueprint, EntityContentBlueprint } from './alphaImports';
import { infrastructureApiRef } from './api/InfrastructureApi';
import { InfrastructureClient } from './api/InfrastructureClient';
import {
  checksRouteRef,
  entityPageRouteRef,
  hostsRouteRef,
  runRouteRef,
  runsRouteRef,
  taskRouteRef,
  templateRouteRef,
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

/** Pages of hosts and runs, and what a host's entity shows. */
export const infrastructurePlugin = createFrontendPlugin({
  pluginId: 'infrastructure',
  title: 'Infrastructure',
  icon: <RiServerLine />,
  routes: {
    hosts: hostsRouteRef,
    runs: runsRouteRef,
    run: runRouteRef,
    checks: checksRouteRef,
  },
  externalRoutes: {
    template: templateRouteRef,
    task: taskRouteRef,
    entity: entityPageRouteRef,
  },
  extensions: [
    infrastructureApi,
    hostsPage,
    runsPage,
    runPage,
    checksPage,
    hostContent,
    hostCard,
  ],
});

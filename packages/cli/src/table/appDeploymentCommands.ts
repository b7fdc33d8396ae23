import type { Command } from './types';

const health =
  'What is not healthy in time is returned to the last good version; the verb fails all the same, and says both. The first one of all is taken away instead.';
const confirmed =
  'A restricted environment needs --confirm with its name, and somebody who may.';

/** Deployments without Octopus. */
export const appDeploymentCommands: readonly Command[] = [
  {
    name: 'deploy-docker',
    summary: 'Bring an image to Docker hosts by Compose, and look at it',
    description: [
      health,
      'Hosts follow one after the other; the first that fails ends it, and those before it are returned as well. The same image there already, and healthy, is success at once.',
      confirmed,
    ],
    required: [
      ...(['app', 'environment', 'hosts', 'version', 'image', 'port'] as const),
    ],
    optional: [
      ...(['compose-file', 'container-port', 'variables'] as const),
      ...(['health-path', 'health-seconds'] as const),
      ...(['confirm', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example:
      'nante deploy-docker --app shop --environment dev --hosts shop-1 --version 1.2.0 --image nexus.example.com/docker-hosted/shop@sha256:… --port 8080 --health-path /healthz',
  },
  {
    name: 'deploy-k8s',
    summary: 'Bring a chart, or manifests, to a cluster by Helm',
    description: [
      'What is deployed is one of --chart, --chart-repository and --manifests.',
      health,
      confirmed,
    ],
    required: ['app', 'environment', 'version'],
    optional: [
      ...(['cluster', 'namespace', 'release', 'chart'] as const),
      ...(['chart-repository', 'chart-name', 'nexus', 'manifests'] as const),
      ...(['values-file', 'values', 'health-url', 'health-seconds'] as const),
      ...(['confirm', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example:
      'nante deploy-k8s --app shop --environment dev --version 1.2.0 --chart-repository helm-hosted --values-file deploy/dev.yaml --health-url https://shop.dev.example.com/healthz',
  },
];

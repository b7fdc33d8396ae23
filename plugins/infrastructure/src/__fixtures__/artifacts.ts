import type {
  ActivityResponse,
  ArtifactUsageResponse,
  ArtifactVersion,
  ArtifactsResponse,
  HostTargetsResponse,
} from '@nante/plugin-infrastructure-common';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

export function artifactVersion(
  version: string,
  more: Partial<ArtifactVersion> = {},
): ArtifactVersion {
  return {
    version,
    artifacts: [
      {
        connection: 'nexus',
        repository: 'maven-releases',
        format: 'maven2',
        name: 'com.example:shop',
        componentId: `maven-${version}`,
        assets: [
          {
            path: `com/example/shop/${version}/shop-${version}.zip`,
            size: 2048,
            sha256: 'cd'.repeat(32),
            url: 'https://nexus.example.com/shop.zip',
          },
        ],
        pull: `https://nexus.example.com/shop-${version}.zip`,
        publishedAt: '2026-11-24T10:00:00Z',
        provenance: {
          runId: 'run-3',
          commit: '0123456789abcdef',
          buildUrl: 'https://ci.example.com/7',
        },
      },
      {
        connection: 'nexus',
        repository: 'docker-hosted',
        format: 'docker',
        name: 'shop/web',
        componentId: `docker-${version}`,
        assets: [],
        digest: DIGEST,
        pull: `docker pull nexus.example.com/docker-hosted/shop/web@${DIGEST}`,
      },
    ],
    releases: [],
    deployedTo: [],
    ...more,
  };
}

export const artifacts: ArtifactsResponse = {
  versions: [
    artifactVersion('1.4.0'),
    artifactVersion('1.3.0', {
      releases: [
        {
          connection: 'octopus',
          projectName: 'Shop',
          version: '1.3.0',
          id: 'Releases-13',
        },
      ],
      deployedTo: [
        {
          connection: 'octopus',
          environment: 'Staging',
          deploymentId: 'Deployments-12',
          releaseVersion: '1.3.0',
        },
      ],
    }),
  ],
  found: 'annotation',
  project: {
    connection: 'octopus',
    id: 'Projects-1',
    name: 'Shop',
    release: { allowed: true },
  },
  sources: [{ connection: 'nexus', ok: true }],
};

export const usage: ArtifactUsageResponse = {
  releases: [
    {
      connection: 'octopus',
      projectId: 'Projects-1',
      projectName: 'Shop',
      releaseVersion: '1.3.0',
      componentRef: 'component:default/shop',
      owner: 'group:default/shop',
      deployments: [
        {
          deploymentId: 'Deployments-12',
          environment: 'Staging',
          at: '2026-11-24T12:00:00Z',
          isCurrent: true,
          targets: [
            {
              name: 'web-1.staging.shop',
              machineId: 'Machines-1',
              hostRef: 'resource:default/lab-20014',
              hostName: 'web-1',
              owner: 'group:default/shop',
            },
          ],
        },
      ],
    },
  ],
  sources: [{ connection: 'octopus', ok: true }],
};

export const hostTargets: HostTargetsResponse = {
  connection: 'octopus',
  targets: [
    {
      connection: 'octopus',
      machineId: 'Machines-1',
      name: 'web-1.dev.shop',
      environments: ['Development'],
      roles: ['shop', 'nante'],
      style: 'listening',
      health: 'Unhealthy',
      healthSummary: 'The Tentacle does not answer',
      isDisabled: false,
      agentVersion: '8.3.1',
      url: 'https://octopus.example.com/app#/Spaces-1/machines/Machines-1',
      releases: [
        {
          projectId: 'Projects-1',
          projectName: 'Shop',
          version: '1.4.0',
          environment: 'Development',
          deploymentId: 'Deployments-11',
          at: '2026-11-24T12:00:00Z',
          componentRef: 'component:default/shop',
        },
      ],
      observedAt: '2026-11-24T12:00:00Z',
    },
  ],
  sources: [{ connection: 'octopus', ok: true }],
};

export const activity: ActivityResponse = {
  entries: [
    {
      id: 'run/run-1',
      at: '2026-11-24T12:00:00Z',
      source: 'run',
      kind: 'deploy',
      actor: 'user:default/ada',
      text: 'Deployed Shop 1.4.0 to Development',
      result: 'succeeded',
      runId: 'run-1',
      environment: 'dev',
      entityRef: 'component:default/shop',
    },
    {
      id: 'octopus/Events-9',
      at: '2026-11-23T12:00:00Z',
      source: 'octopus',
      kind: 'DeploymentFailed',
      actor: 'bo',
      text: '=HYPERLINK("x"), <b>failed</b>',
      result: 'failed',
      url: 'https://octopus.example.com/app#/Spaces-1/events',
    },
  ],
  next: 'page-2',
  sources: [{ connection: 'octopus', ok: true }],
};

import type {
  DeploymentCell,
  DeploymentDetailResponse,
  DeploymentEnvironment,
  DeploymentMatrixResponse,
  DeploymentProject,
} from '@nante/plugin-infrastructure-common';

const NOON = '2026-11-24T12:00:00Z';

function environment(
  id: string,
  name: string,
  more: Partial<DeploymentEnvironment> = {},
): DeploymentEnvironment {
  return {
    connection: 'octopus',
    id,
    name,
    restricted: false,
    targets: { total: 2, healthy: 2, unhealthy: 0, unknown: 0 },
    freezes: [],
    ...more,
  };
}

export const environments = [
  environment('Environments-1', 'Development'),
  environment('Environments-2', 'Staging', {
    targets: { total: 3, healthy: 1, unhealthy: 1, unknown: 1 },
  }),
  environment('Environments-3', 'Production', {
    restricted: true,
    freezes: ['Christmas'],
  }),
];

export function deployedCell(
  environmentId: string,
  deploymentId: string,
  version: string,
  more: Partial<DeploymentCell> = {},
): DeploymentCell {
  return {
    environmentId,
    kind: 'deployed',
    deploymentId,
    releaseId: `Releases-${version}`,
    version,
    state: 'Success',
    at: NOON,
    redeploy: { allowed: true },
    rollback: { allowed: true },
    ...more,
  };
}

export const shopProject: DeploymentProject = {
  connection: 'octopus',
  id: 'Projects-1',
  name: 'Shop',
  slug: 'shop',
  group: 'Commerce',
  componentRef: 'component:default/shop',
  owner: 'group:default/shop',
  isMine: true,
  isDisabled: false,
  url: 'https://octopus.example.com/app#/Spaces-1/projects/shop',
  cells: [
    deployedCell('Environments-1', 'Deployments-11', '1.4.0', {
      promote: {
        allowed: true,
        version: '1.4.0',
        environmentId: 'Environments-2',
      },
    }),
    deployedCell('Environments-2', 'Deployments-12', '1.3.0', {
      state: 'Failed',
      behind: 2,
      lastGood: {
        version: '1.2.0',
        deploymentId: 'Deployments-10',
        at: '2026-11-20T12:00:00Z',
      },
      promote: {
        allowed: false,
        reason: 'the deployment to Staging failed',
        version: '1.3.0',
        environmentId: 'Environments-3',
      },
    }),
    deployedCell('Environments-3', 'Deployments-9', '1.1.0', {
      state: 'Executing',
      hasPendingInterruption: true,
      lastGood: {
        version: '1.0.0',
        deploymentId: 'Deployments-8',
        at: '2026-11-01T12:00:00Z',
      },
      rollback: { allowed: false, reason: 'it needs the group platform' },
    }),
  ],
};

export const billingProject: DeploymentProject = {
  ...shopProject,
  id: 'Projects-2',
  name: 'Billing',
  slug: 'billing',
  group: 'Platform',
  componentRef: undefined,
  owner: undefined,
  isMine: false,
  cells: [
    {
      environmentId: 'Environments-1',
      kind: 'never',
      deploy: { allowed: true, versions: ['2.1.0', '2.0.0'] },
    },
    deployedCell('Environments-2', 'Deployments-21', '2.0.0'),
    { environmentId: 'Environments-3', kind: 'unreachable' },
  ],
};

export const matrix: DeploymentMatrixResponse = {
  environments,
  projects: [shopProject, billingProject],
  sources: [{ connection: 'octopus', ok: true, lastSuccessAt: NOON }],
  observedAt: NOON,
};

/** A matrix as large as those that have to stay fast. */
export function largeMatrix(
  projects: number,
  columns: number,
): DeploymentMatrixResponse {
  const states = ['Success', 'Failed', 'Executing'] as const;
  const many = Array.from({ length: columns }, (_, index) =>
    environment(`Environments-${index}`, `Environment ${index}`),
  );
  return {
    ...matrix,
    environments: many,
    projects: Array.from({ length: projects }, (_, index) => ({
      ...shopProject,
      id: `Projects-${index}`,
      name: `Project ${index}`,
      slug: `project-${index}`,
      group: `Group ${index % 10}`,
      cells: many.map(({ id }, column) =>
        deployedCell(id, `Deployments-${index}-${column}`, `1.${index}.0`, {
          state: states[(index + column) % 3],
          behind: column,
        }),
      ),
    })),
  };
}

export const detail: DeploymentDetailResponse = {
  connection: 'octopus',
  id: 'Deployments-12',
  taskId: 'ServerTasks-12',
  project: {
    id: 'Projects-1',
    name: 'Shop',
    slug: 'shop',
    componentRef: 'component:default/shop',
    owner: 'group:default/shop',
    url: 'https://octopus.example.com/app#/Spaces-1/projects/shop',
  },
  environment: {
    id: 'Environments-2',
    name: 'Staging',
    environment: 'staging',
    restricted: false,
  },
  release: {
    id: 'Releases-13',
    version: '1.3.0',
    channel: 'Default',
    notes: '<img src=x onerror="alert(1)"> **new** basket',
    assembledAt: NOON,
    url: 'https://octopus.example.com/app#/Spaces-1/releases/Releases-13',
  },
  packages: [
    {
      step: 'Deploy shop',
      packageId: 'com.example:shop',
      feed: 'Nexus Maven',
      version: '1.3.0',
      artifactUrl: '/catalog/default/component/shop/artifacts?search=1.3.0',
    },
  ],
  previous: { version: '1.2.0', deploymentId: 'Deployments-10' },
  changes: [{ packageId: 'com.example:shop', from: '1.2.0', to: '1.3.0' }],
  commits: [
    {
      id: '0123456789abcdef',
      comment: 'A basket that empties itself',
      url: 'https://git.example.com/shop/commit/0123456789abcdef',
    },
  ],
  state: 'Failed',
  queuedAt: NOON,
  startedAt: NOON,
  finishedAt: '2026-11-24T12:04:05Z',
  seconds: 245,
  targetSeconds: 180,
  queuedBehind: 0,
  deployedBy: 'ada',
  comments: '',
  targets: [
    {
      machineId: 'Machines-1',
      name: 'web-1.staging.shop',
      status: 'Failed',
      health: 'Unhealthy',
      hostRef: 'resource:default/lab-20014',
    },
    { machineId: 'Machines-2', name: 'gone-1', health: 'gone' },
  ],
  activities: [
    {
      id: 'a',
      name: 'Deploy Shop release 1.3.0 to Staging',
      status: 'Failed',
      startedAt: NOON,
      endedAt: '2026-11-24T12:04:05Z',
      percentage: 100,
      lines: [],
      children: [
        {
          id: 'a/1',
          name: 'Deploy shop',
          status: 'Success',
          startedAt: NOON,
          endedAt: '2026-11-24T12:00:20Z',
          percentage: 100,
          lines: [{ time: NOON, level: 'Info', text: 'Unpacking shop' }],
          children: [],
        },
        {
          id: 'a/2',
          name: 'Health check',
          status: 'Failed',
          percentage: 100,
          lines: [
            { time: NOON, level: 'Info', text: 'Asking port 8080' },
            { time: NOON, level: 'Error', text: 'Nothing answers on 8080' },
          ],
          children: [],
        },
      ],
    },
  ],
  interruptions: [],
  runId: 'run-7',
  url: 'https://octopus.example.com/app#/Spaces-1/tasks/ServerTasks-12',
  promote: [
    {
      allowed: false,
      reason: 'the deployment to Staging failed',
      environmentId: 'Environments-3',
      environmentName: 'Production',
      restricted: true,
    },
  ],
  redeploy: { allowed: true },
  rollback: {
    allowed: true,
    releases: [
      {
        version: '1.2.0',
        at: '2026-11-20T12:00:00Z',
        changes: [
          { packageId: 'com.example:shop', from: '1.3.0', to: '1.2.0' },
        ],
      },
      {
        version: '1.0.0',
        at: '2026-11-02T12:00:00Z',
        changes: [
          { packageId: 'com.example:shop', from: '1.3.0', to: '1.0.0' },
        ],
      },
    ],
  },
  cancel: { allowed: true },
};

import type {
  FleetRepository,
  HomeResponse,
  PipelineJobLogResponse,
  PipelineResponse,
  PipelineRun,
  PipelineRunResponse,
  WorkflowFleetResponse,
  WorkflowUse,
} from '@nante/plugin-infrastructure-common';

const GIB = 1024 ** 3;
const repository = 'https://github.example.com/acme/hello';

const good: PipelineRun = {
  id: 101,
  attempt: 1,
  number: 12,
  workflow: 'CI',
  file: 'ci.yml',
  title: 'Greets in three languages',
  branch: 'main',
  commit: '5f0c6d1e9a7b4c3d2e1f0a9b8c7d6e5f4a3b2c1d',
  event: 'push',
  actor: 'dana',
  state: 'succeeded',
  createdAt: '2026-11-24T10:00:00Z',
  finishedAt: '2026-11-24T10:01:12Z',
  seconds: 72,
  url: `${repository}/actions/runs/101`,
};

const failed: PipelineRun = {
  ...good,
  id: 102,
  number: 13,
  attempt: 2,
  title: 'Counts from one',
  commit: 'abcdef0123456789abcdef0123456789abcdef01',
  state: 'failed',
  createdAt: '2026-11-24T11:00:00Z',
  finishedAt: '2026-11-24T11:00:31Z',
  seconds: 31,
  url: `${repository}/actions/runs/102`,
};

const running: PipelineRun = {
  ...good,
  id: 103,
  number: 4,
  workflow: 'Deploy',
  file: 'deploy.yml',
  title: 'Deploy',
  event: 'workflow_dispatch',
  state: 'running',
  createdAt: '2026-11-24T11:02:00Z',
  finishedAt: undefined,
  seconds: undefined,
  url: `${repository}/actions/runs/103`,
};

const behind: WorkflowUse = {
  caller: 'ci.yml',
  workflow: 'reusable-ci.yml',
  ref: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c',
  version: 'v0.0.9',
  state: 'behind',
};

/** A commit whose tests failed: what comes after was not done. */
export const failedPipeline: PipelineResponse = {
  repository: { connection: 'github', name: 'acme/hello', url: repository },
  branch: 'main',
  commit: {
    sha: failed.commit,
    title: 'Counts from one',
    author: 'Dana',
    at: '2026-11-24T10:59:40Z',
    url: `${repository}/commit/${failed.commit}`,
  },
  stages: [
    {
      kind: 'commit',
      title: 'Commit',
      state: 'succeeded',
      detail: 'abcdef0',
      startedAt: '2026-11-24T10:59:40Z',
      url: `${repository}/commit/${failed.commit}`,
    },
    {
      kind: 'build',
      title: 'Build',
      state: 'succeeded',
      startedAt: '2026-11-24T11:00:05Z',
      finishedAt: '2026-11-24T11:00:14Z',
      jobId: 7,
    },
    {
      kind: 'test',
      title: 'Test',
      state: 'failed',
      detail: '1 of 14 tests failed',
      startedAt: '2026-11-24T11:00:14Z',
      finishedAt: '2026-11-24T11:00:26Z',
      jobId: 7,
      url: `${repository}/actions/runs/102/job/7`,
    },
    { kind: 'scan', title: 'Scan', state: 'skipped' },
    { kind: 'publish', title: 'Publish', state: 'skipped' },
    { kind: 'release', title: 'Release', state: 'skipped' },
    {
      kind: 'deploy',
      title: 'dev',
      environment: 'dev',
      state: 'pending',
    },
  ],
  runs: [running, failed, good],
  uses: [
    behind,
    {
      ...behind,
      caller: 'deploy.yml',
      workflow: 'reusable-full-pipeline.yml',
      ref: 'aaaabbbbccccddddeeeeffff0000111122223333',
      version: 'v0.1.0',
      state: 'current',
    },
  ],
  currentVersion: 'v0.1.0',
  dispatchable: [
    {
      file: 'deploy.yml',
      name: 'Deploy',
      inputs: [
        {
          name: 'version',
          description: 'Release that is deployed.',
          required: true,
          type: 'string',
        },
        {
          name: 'environment',
          required: true,
          default: 'dev',
          type: 'choice',
          options: ['dev', 'staging'],
        },
        { name: 'dry_run', required: false, default: 'false', type: 'boolean' },
      ],
    },
  ],
  mayRun: { allowed: true },
  sources: [
    {
      connection: 'github',
      ok: true,
      lastSuccessAt: '2026-11-24T11:03:00Z',
    },
  ],
};

/** A commit that went all the way to two environments. */
export const deployedPipeline: PipelineResponse = {
  ...failedPipeline,
  commit: {
    sha: good.commit,
    title: good.title,
    author: 'Dana',
    at: '2026-11-24T09:59:40Z',
    url: `${repository}/commit/${good.commit}`,
  },
  stages: [
    {
      kind: 'commit',
      title: 'Commit',
      state: 'succeeded',
      detail: '5f0c6d1',
      startedAt: '2026-11-24T09:59:40Z',
      url: `${repository}/commit/${good.commit}`,
    },
    {
      kind: 'build',
      title: 'Build',
      state: 'succeeded',
      startedAt: '2026-11-24T10:00:05Z',
      finishedAt: '2026-11-24T10:00:14Z',
      jobId: 6,
    },
    {
      kind: 'test',
      title: 'Test',
      state: 'succeeded',
      startedAt: '2026-11-24T10:00:14Z',
      finishedAt: '2026-11-24T10:00:23Z',
      jobId: 6,
    },
    {
      kind: 'scan',
      title: 'Scan',
      state: 'succeeded',
      detail: '2 low',
      startedAt: '2026-11-24T10:00:23Z',
      finishedAt: '2026-11-24T10:00:27Z',
      jobId: 6,
    },
    {
      kind: 'publish',
      title: 'Publish',
      state: 'succeeded',
      detail: '0.1.12',
      startedAt: '2026-11-24T10:00:27Z',
      finishedAt: '2026-11-24T10:00:31Z',
      jobId: 6,
      runId: 'run-31',
      url: 'https://nexus.example.com/#browse/browse:maven-releases',
    },
    {
      kind: 'release',
      title: 'Release',
      state: 'succeeded',
      detail: '0.1.12',
      startedAt: '2026-11-24T10:00:31Z',
      finishedAt: '2026-11-24T10:00:34Z',
      jobId: 6,
      runId: 'run-32',
    },
    {
      kind: 'deploy',
      title: 'dev',
      environment: 'dev',
      state: 'succeeded',
      detail: '0.1.12',
      startedAt: '2026-11-24T10:00:40Z',
      finishedAt: '2026-11-24T10:01:12Z',
      jobId: 8,
      runId: 'run-33',
    },
    {
      kind: 'deploy',
      title: 'staging',
      environment: 'staging',
      state: 'waiting',
      detail: 'waits for an approval',
    },
  ],
  runs: [good],
  uses: [{ ...behind, version: 'v0.1.0', state: 'current' }],
};

/** The failed run with its one job. */
export const pipelineRun: PipelineRunResponse = {
  run: failed,
  jobs: [
    {
      id: 7,
      name: 'ci / CI',
      state: 'failed',
      startedAt: '2026-11-24T11:00:02Z',
      finishedAt: '2026-11-24T11:00:30Z',
      runner: 'sandbox-1',
      labels: ['self-hosted', 'linux', 'x64'],
      url: `${repository}/actions/runs/102/job/7`,
      steps: [
        {
          number: 1,
          name: 'Set up job',
          state: 'succeeded',
          startedAt: '2026-11-24T11:00:02Z',
          finishedAt: '2026-11-24T11:00:05Z',
        },
        {
          number: 2,
          name: 'Build',
          state: 'succeeded',
          startedAt: '2026-11-24T11:00:05Z',
          finishedAt: '2026-11-24T11:00:14Z',
        },
        {
          number: 3,
          name: 'Test',
          state: 'failed',
          startedAt: '2026-11-24T11:00:14Z',
          finishedAt: '2026-11-24T11:00:26Z',
        },
        { number: 4, name: 'Scan', state: 'skipped' },
      ],
    },
  ],
  results: [{ id: 'run-30', kind: 'publish', state: 'failed' }],
  mayRun: { allowed: true },
};

export const jobLog: PipelineJobLogResponse = {
  omitted: 120,
  lines: [
    '2026-11-24T11:00:14.0000000Z ##[group]Run go test ./...',
    '2026-11-24T11:00:14.1000000Z go test ./...',
    '2026-11-24T11:00:14.2000000Z ##[endgroup]',
    '2026-11-24T11:00:25.0000000Z --- FAIL: TestCounts (0.00s)',
    '2026-11-24T11:00:25.0000000Z     counter_test.go:14: got 0, want 1 <b>',
    '2026-11-24T11:00:25.0000000Z FAIL\texample.com/hello\t0.012s',
    '2026-11-24T11:00:26.0000000Z ##[error]Process completed with exit code 1.',
  ],
};

const helloInFleet: FleetRepository = {
  connection: 'github',
  repository: 'acme/hello',
  url: repository,
  entityRef: 'component:default/hello',
  entityTitle: 'hello',
  owner: 'group:default/shop',
  uses: failedPipeline.uses,
  state: 'behind',
  mayRaise: { allowed: true },
};

/** Repositories in every state that the fleet knows. */
export const fleet: WorkflowFleetResponse = {
  current: {
    repository: 'nante/nante',
    version: 'v0.1.0',
    commit: 'aaaabbbbccccddddeeeeffff0000111122223333',
    url: 'https://github.example.com/nante/nante/releases/tag/v0.1.0',
  },
  repositories: [
    helloInFleet,
    {
      ...helloInFleet,
      repository: 'acme/legacy',
      url: 'https://github.example.com/acme/legacy',
      entityRef: 'component:default/legacy',
      entityTitle: 'legacy',
      owner: 'group:default/billing',
      uses: [{ ...behind, ref: 'main', version: undefined, state: 'floating' }],
      state: 'floating',
      mayRaise: {
        allowed: false,
        reason: 'it belongs to the group billing',
      },
    },
    {
      ...helloInFleet,
      repository: 'acme/shop',
      url: 'https://github.example.com/acme/shop',
      entityRef: 'component:default/shop',
      entityTitle: 'shop',
      uses: [failedPipeline.uses[1]],
      state: 'current',
    },
    {
      ...helloInFleet,
      repository: 'acme/old-till',
      url: 'https://github.example.com/acme/old-till',
      entityRef: undefined,
      entityTitle: undefined,
      owner: undefined,
      uses: [
        {
          caller: 'build.yml',
          workflow: 'reusable-ci.yml',
          ref: 'v3',
          state: 'foreign',
        },
      ],
      state: 'foreign',
      pullRequest: {
        number: 7,
        url: 'https://github.example.com/acme/old-till/pull/7',
      },
    },
  ],
  changes: {
    'v0.0.9': [
      'reusable-ci.yml: the scan fails on high findings',
      'reusable-full-pipeline.yml: returns to the last good release',
    ],
  },
  sources: failedPipeline.sources,
};

/** A portal with something to look at. */
export const home: HomeResponse = {
  attention: [
    {
      kind: 'pipeline',
      title: 'CI of hello failed',
      detail: 'Test: 1 of 14 tests failed',
      at: '2026-11-24T11:00:31Z',
      path: '/catalog/default/component/hello/pipeline',
    },
    {
      kind: 'host',
      title: 'old-db does not answer',
      detail: 'stopped since this morning',
      path: '/catalog/default/resource/lab-101/host',
    },
  ],
  hosts: [
    { state: 'Failed', count: 1 },
    { state: 'Running', count: 12 },
  ],
  capacity: [
    {
      connection: 'lab',
      cpuUsed: 12,
      cpuTotal: 48,
      memoryUsed: 96 * GIB,
      memoryTotal: 192 * GIB,
      storageUsed: 3000 * GIB,
      storageTotal: 3200 * GIB,
    },
  ],
  checklist: [
    { title: 'Connect Proxmox', done: true },
    {
      title: 'Connect GitHub',
      done: false,
      detail: 'Name a connection of type github in the app-config.',
      path: '/checks',
    },
  ],
  sources: [],
};

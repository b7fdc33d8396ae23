import type { RunDocument } from '@nante/model';
import type {
  HostDetail,
  HostSummary,
  ListHostsResponse,
  PlacementOptions,
  RunInspectionResponse,
} from '@nante/plugin-infrastructure-common';

const GIB = 1024 ** 3;

export const webHost: HostSummary = {
  connection: 'lab',
  vmId: 20014,
  kind: 'vm',
  name: 'web-1',
  node: 'pve2',
  state: 'Running',
  nativeState: 'running',
  tags: ['app.shop', 'env.dev', 'nante'],
  cores: 2,
  cpu: 0.25,
  memory: 4 * GIB,
  memoryUsed: 3 * GIB,
  disk: 20 * GIB,
  uptime: 90_000,
  owner: 'group:default/shop',
  app: 'shop',
  environment: 'dev',
  vlan: 30,
  workspace: 'shop-dev',
  addresses: ['10.30.0.14'],
  management: 'managed',
  entityRef: 'resource:default/lab-20014',
  observedAt: '2026-11-24T10:00:00Z',
};

export const oldHost: HostSummary = {
  ...webHost,
  vmId: 101,
  kind: 'lxc',
  name: 'old-db',
  node: 'pve1',
  state: 'Stopped',
  nativeState: 'stopped',
  tags: [],
  cpu: undefined,
  memoryUsed: undefined,
  uptime: undefined,
  owner: undefined,
  app: undefined,
  environment: undefined,
  vlan: undefined,
  workspace: undefined,
  addresses: [],
  management: 'unmanaged',
  entityRef: 'resource:default/lab-101',
};

export const hostsAnswer: ListHostsResponse = {
  hosts: [webHost, oldHost],
  nodes: [
    {
      connection: 'lab',
      name: 'pve2',
      state: 'Healthy',
      cores: 16,
      cpu: 0.4,
      memory: 64 * GIB,
      memoryUsed: 32 * GIB,
      guests: 12,
      storages: [
        {
          name: 'local-lvm',
          shared: false,
          size: 500 * GIB,
          used: 100 * GIB,
          content: ['images'],
        },
      ],
    },
  ],
  connections: [
    {
      name: 'lab',
      type: 'proxmox',
      url: 'https://pve.example.com:8006',
      ok: true,
      readOnly: false,
      lastSuccessAt: '2026-11-24T10:00:00Z',
    },
  ],
};

/** Proxmox answers, and is not believed. */
export const doubtedAnswer: ListHostsResponse = {
  ...hostsAnswer,
  connections: [
    {
      ...hostsAnswer.connections[0],
      ok: false,
      error: 'Proxmox answered with no guests at all, 2 are known',
      doubt: 'guests',
    },
  ],
};

export const hostDetail: HostDetail = {
  ...webHost,
  interfaces: [
    { name: 'eth0', mac: 'BC:24:11:00:00:01', addresses: ['10.30.0.14'] },
  ],
  disks: [{ name: 'scsi0', storage: 'local-lvm', size: '20G' }],
  snapshots: [],
  description: '',
  ssh: 'ssh ops@10.30.0.14',
  requestedBy: 'user:default/ada',
  requestId: 'request-1',
  lastRunId: 'run-1',
  samples: [
    { time: 0, cpu: 0.1, memoryUsed: GIB },
    { time: 600, cpu: 0.3, memoryUsed: 2 * GIB },
  ],
  mayDestroy: true,
  mayChange: true,
  roles: ['base_setup', 'nginx'],
  configured: {
    runId: 'run-2',
    at: '2026-11-24T10:05:00Z',
    state: 'succeeded',
    changed: 3,
  },
};

export const failedRun: RunDocument = {
  version: 1,
  id: 'run-1',
  kind: 'provision',
  door: 'portal',
  workspace: 'shop-dev',
  app: 'shop',
  environment: 'dev',
  host: 'web-1',
  hostKind: 'vm',
  owner: 'group:default/shop',
  requestedBy: 'user:default/ada',
  createdAt: '2026-11-24T10:00:00Z',
  startedAt: '2026-11-24T10:00:00Z',
  finishedAt: '2026-11-24T10:01:05Z',
  state: 'failed',
  cancelRequested: false,
  steps: [
    {
      id: 'plan',
      title: 'Plan with Terraform',
      state: 'succeeded',
      startedAt: '2026-11-24T10:00:00Z',
      finishedAt: '2026-11-24T10:00:05Z',
    },
    {
      id: 'apply',
      title: 'Apply the plan',
      state: 'failed',
      startedAt: '2026-11-24T10:00:05Z',
      finishedAt: '2026-11-24T10:01:05Z',
    },
  ],
  inputs: { name: 'web-1', purpose: '$(id) {{ x }}' },
  plan: {
    add: 1,
    change: 0,
    destroy: 0,
    changes: [
      {
        address: 'module.vm["web-1"].this',
        action: 'create',
        attributes: [{ name: 'cores', before: null, after: '2' }],
      },
    ],
    drift: [],
  },
  error: {
    code: 'failed',
    message: 'storage local-lvm is full',
    hint: 'Choose another storage.',
    step: 'apply',
  },
  leftovers: ['The guest 20014 exists and is stopped'],
  byHand: ['terraform apply plan'],
  tools: { terraform: '1.13.4' },
};

export const placement: PlacementOptions = {
  environment: 'dev',
  kind: 'vm',
  connection: 'lab',
  observedAt: '2026-11-24T10:00:00Z',
  nodes: [
    {
      name: 'pve1',
      online: true,
      allowed: true,
      cores: 16,
      memory: 10 * GIB,
      memoryUsed: 6 * GIB,
      guests: 3,
      bestFit: true,
    },
    {
      name: 'pve2',
      online: true,
      allowed: true,
      cores: 16,
      memory: 10 * GIB,
      memoryUsed: 9.5 * GIB,
      guests: 9,
      bestFit: false,
    },
  ],
  storages: [
    {
      name: 'ceph',
      shared: true,
      nodes: ['pve1', 'pve2'],
      size: 100 * GIB,
      used: 10 * GIB,
      bestFit: true,
    },
  ],
  images: [{ id: '9000', title: 'Debian 12', node: 'pve1', shared: true }],
  network: {
    vlan: 30,
    bridge: 'vmbr0',
    subnet: '10.30.0.0/24',
    gateway: '10.30.0.1',
    addressing: 'pool',
    free: 97,
  },
  sizes: [
    {
      name: 'small',
      title: 'Small',
      cores: 1,
      memoryMb: 1024,
      diskGb: 10,
      allowed: true,
    },
    {
      name: 'large',
      title: 'Large',
      cores: 4,
      memoryMb: 8192,
      diskGb: 50,
      allowed: false,
      reason: 'Operators only',
    },
  ],
  maximum: { cores: 8, memoryMb: 16_384, diskGb: 200 },
  quota: [{ owner: 'group:default/shop', used: 5, limit: 20 }],
};

/** What is there of the failed run, and the ways out of it. */
export const inspection: RunInspectionResponse = {
  interrupted: false,
  things: [
    {
      id: 'proxmox/lab/vm/20014',
      title: 'VM 20014 on pve2',
      state: 'exists',
      detail: 'stopped',
    },
    { id: 'state', title: 'Entry in the state', state: 'missing' },
  ],
  remedies: [
    {
      remedy: 'finish',
      effects: ['Applies the plan again'],
      allowed: true,
    },
    { remedy: 'undo', effects: ['Destroys VM 20014'], allowed: true },
    {
      remedy: 'adopt',
      effects: [],
      allowed: false,
      reason: 'it is in no state',
    },
  ],
};

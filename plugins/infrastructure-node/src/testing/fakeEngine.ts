import type {
  ProxmoxApi,
  ProxmoxGuest,
  ProxmoxNode,
  ProxmoxStorage,
} from '@nante/clients';
import type {
  Engine,
  ManagedHost,
  ManagedServer,
  ManagedTarget,
} from '@nante/engine';
import {
  type DesiredHost,
  type InfrastructureConfig,
  NanteError,
  infrastructureConfigSchema,
  stampDescription,
} from '@nante/model';

/** What the fake Proxmox and bucket answer; tests change it as they go. */
export interface FakeWorld {
  guests: ProxmoxGuest[];
  nodes: ProxmoxNode[];
  storages: ProxmoxStorage[];
  managed: ManagedHost[];
  /** Servers that were onboarded. */
  servers: ManagedServer[];
  /** Hosts that are deployment targets, by our ledgers. */
  targets: ManagedTarget[];
  permissions: Record<string, string[]>;
  /** Set: Proxmox fails with it. */
  proxmoxError?: Error;
  /** Set: the bucket fails with it. */
  bucketError?: Error;
  /** Calls by name. */
  calls: Record<string, number>;
}

/** A running VM with round figures. */
export function fakeGuest(
  vmId: number,
  changes: Partial<ProxmoxGuest> = {},
): ProxmoxGuest {
  return {
    vmId,
    kind: 'vm',
    name: `host-${vmId}`,
    node: 'pve1',
    status: 'running',
    template: false,
    tags: [],
    cores: 2,
    cpu: 0.1,
    memory: 2 ** 31,
    memoryUsed: 2 ** 30,
    disk: 2 ** 34,
    uptime: 60,
    ...changes,
  };
}

/** A host of ours, as the bucket knows it. */
export function fakeManagedHost(
  vmId: number,
  changes: Partial<ManagedHost> & { owner?: string } = {},
): ManagedHost {
  const { owner = 'group:default/shop', ...rest } = changes;
  const desired: DesiredHost = {
    kind: 'vm',
    request_id: `request-${vmId}`,
    owner,
    node: 'pve1',
    vm_id: vmId,
    cores: 2,
    memory_mb: 2048,
    disk_gb: 16,
    storage: 'ceph',
    image: {
      template_vm_id: 9000,
      template_node: 'pve1',
      full_clone: false,
      template_file: null,
      os_type: 'debian',
    },
    network: {
      bridge: 'vmbr0',
      vlan: 30,
      address: '10.30.0.101/24',
      gateway: '10.30.0.1',
      nameservers: [],
      domain: null,
    },
    user: 'ops',
    ssh_keys: ['ssh-ed25519 AAAA test'],
    tags: [],
    pool: null,
    agent: true,
  };
  return {
    app: 'shop',
    environment: 'dev',
    name: `web-${vmId}`,
    connection: 'lab',
    desired,
    ...rest,
  };
}

/** A server of ours that no Terraform makes, as the bucket knows it; of no Proxmox unless `guest` says so. */
export function fakeManagedServer(
  name: string,
  server: Partial<ManagedServer['server']> = {},
): ManagedServer {
  return {
    app: 'shop',
    environment: 'dev',
    name,
    server: {
      request_id: `request-${name}`,
      owner: 'group:default/shop',
      address: '10.30.0.7',
      port: 22,
      user: 'ops',
      roles: [],
      ...server,
    },
  };
}

/** Configuration with one connection and two environments. */
export const fakeConfig: InfrastructureConfig =
  infrastructureConfigSchema.parse({
    connections: {
      lab: { type: 'proxmox', url: 'https://pve.example:8006' },
      telemetry: { type: 'openobserve', url: 'https://logs.example' },
    },
    environments: {
      dev: {
        title: 'Development',
        connection: 'lab',
        vlan: 30,
        subnet: '10.30.0.0/24',
        gateway: '10.30.0.1',
        addressing: { type: 'pool', from: '10.30.0.100', to: '10.30.0.109' },
        sizes: ['small', 'large'],
        telemetry: 'telemetry',
      },
      prod: {
        title: 'Production',
        connection: 'lab',
        vlan: 50,
        subnet: '10.50.0.0/24',
        gateway: '10.50.0.1',
        addressing: { type: 'dhcp' },
        sizes: ['large'],
        restricted: true,
      },
    },
    sizes: {
      small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 },
      large: {
        title: 'Large',
        cores: 4,
        memoryMb: 8192,
        diskGb: 50,
        restricted: true,
      },
    },
  });

/** Forty guests on three nodes, two storages, and the right to see them. */
export function fakeWorld(changes: Partial<FakeWorld> = {}): FakeWorld {
  const nodes = ['pve1', 'pve2', 'pve3'];
  return {
    guests: Array.from({ length: 40 }, (_, index) =>
      fakeGuest(100 + index, { node: nodes[index % 3] }),
    ),
    nodes: nodes.map((name, index) => ({
      name,
      status: 'online',
      cores: 16,
      memory: 2 ** 36,
      memoryUsed: (index + 1) * 2 ** 33,
    })),
    storages: nodes.map(node => ({
      name: 'ceph',
      node,
      status: 'available',
      shared: true,
      content: ['images', 'rootdir', 'vztmpl'],
      type: 'rbd',
      size: 2 ** 40,
      used: 2 ** 38,
    })),
    managed: [],
    servers: [],
    targets: [],
    permissions: { '/': ['VM.Audit', 'Sys.Audit'] },
    calls: {},
    ...changes,
  };
}

/** An engine on a fake Proxmox and a fake bucket. Calls that a test doesn't expect fail by name. */
export function fakeEngine(
  world: FakeWorld,
  changes: Partial<Engine> = {},
): Engine {
  const count = (name: string) => {
    world.calls[name] = (world.calls[name] ?? 0) + 1;
  };
  const answer =
    <T>(name: string, make: () => T) =>
    async () => {
      count(name);
      if (world.proxmoxError) throw world.proxmoxError;
      return structuredClone(make());
    };
  const api = {
    url: 'https://pve.example:8006',
    version: answer('version', () => ({ version: '9.1.1', release: '9.1' })),
    resources: answer('resources', () => ({
      guests: world.guests,
      nodes: world.nodes,
      storages: world.storages,
    })),
    permissions: answer('permissions', () => world.permissions),
    guestConfig: async (_node: string, _kind: string, vmId: number) => {
      count('guestConfig');
      if (world.proxmoxError) throw world.proxmoxError;
      const host = world.managed.find(item => item.desired.vm_id === vmId);
      return {
        name: `host-${vmId}`,
        description: host
          ? stampDescription({
              app: host.app,
              environment: host.environment,
              host: host.name,
              requestId: host.desired.request_id,
            })
          : '',
        tags: [],
        cores: 2,
        memoryMb: 2048,
        digest: 'd',
        agent: true,
        raw: {
          scsi0: 'ceph:vm-101-disk-0,size=16G',
          ide2: 'none,media=cdrom',
        },
      };
    },
    guestInterfaces: answer('guestInterfaces', () => [
      {
        name: 'eth0',
        mac: 'bc:24:11:00:00:01',
        addresses: [
          { address: '10.30.0.101', prefix: 24, family: 'ipv4' as const },
        ],
      },
    ]),
    snapshots: answer('snapshots', () => [
      {
        name: 'before-upgrade',
        description: 'Before the upgrade',
        createdAt: 1_700_000_000,
        withMemory: false,
      },
    ]),
    samples: answer('samples', () => [{ time: 1, cpu: 0.5, memoryUsed: 1 }]),
    storageContent: answer('storageContent', () => [
      {
        volumeId: 'ceph:vztmpl/debian-12.tar.zst',
        size: 1,
        createdAt: 1_700_000_000,
        format: 'tzst',
      },
    ]),
  } as unknown as ProxmoxApi;

  const unexpected = (name: string) => async (): Promise<never> => {
    throw new NanteError('failed', `The test did not expect ${name}`);
  };
  return {
    config: async () => fakeConfig,
    publishConfig: async () => count('publishConfig'),
    proxmox: async () => api,
    check: unexpected('check'),
    plan: unexpected('plan'),
    provision: unexpected('provision'),
    destroy: unexpected('destroy'),
    configure: unexpected('configure'),
    power: unexpected('power'),
    planResize: unexpected('planResize'),
    resize: unexpected('resize'),
    snapshot: unexpected('snapshot'),
    onboard: unexpected('onboard'),
    template: unexpected('template'),
    register: unexpected('register'),
    deregister: unexpected('deregister'),
    createProject: unexpected('createProject'),
    createRelease: unexpected('createRelease'),
    deploy: unexpected('deploy'),
    rollback: unexpected('rollback'),
    publish: unexpected('publish'),
    createRepository: unexpected('createRepository'),
    octopus: unexpected('octopus'),
    nexus: unexpected('nexus'),
    github: unexpected('github'),
    setUpRepository: unexpected('setUpRepository'),
    proposeChange: unexpected('proposeChange'),
    deployDocker: unexpected('deployDocker'),
    deployK8s: unexpected('deployK8s'),
    managedRepositories: async () => [],
    roles: async () => [],
    inspect: unexpected('inspect'),
    repair: unexpected('repair'),
    managedHosts: async () => {
      count('managedHosts');
      if (world.bucketError) throw world.bucketError;
      return structuredClone(world.managed);
    },
    managedServers: async () => {
      count('managedServers');
      if (world.bucketError) throw world.bucketError;
      return structuredClone(world.servers);
    },
    managedTargets: async () => {
      count('managedTargets');
      if (world.bucketError) throw world.bucketError;
      return structuredClone(world.targets);
    },
    listRuns: async () => {
      count('listRuns');
      return [];
    },
    getRun: async () => undefined,
    runLog: async () => [],
    requestCancel: unexpected('requestCancel'),
    lockHolder: async () => undefined,
    unlock: unexpected('unlock'),
    observe: async () => [],
    doctor: unexpected('doctor'),
    ...changes,
  };
}

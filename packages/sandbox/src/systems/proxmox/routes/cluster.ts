import { wrongParameters } from '../failure';
import { integer, oneOf, optional } from '../params/spec';
import { allOf, route, type Call, type Route } from '../router';
import { nodeRow, resourceRow, runningOn } from '../rows';
import { nodeFigures } from '../metrics';
import { storageUse, usedBytes } from '../guests/volumes';
import { taskRow } from './tasks';

type Row = Record<string, unknown>;

/** What is where: every list and number of the whole cluster. */
export const clusterRoutes: Route[] = [
  route('GET', '/version', {}, () => ({
    version: '9.1.4',
    release: '9.1',
    repoid: '5ac30304265fbd8e',
    console: 'html5',
  })),
  route('GET', '/cluster', {}, () =>
    ['nextid', 'options', 'resources', 'status', 'tasks'].map(name => ({
      name,
    })),
  ),
  route(
    'GET',
    '/cluster/nextid',
    {
      params: optional({
        vmid: integer({ minimum: 100, maximum: 999999999, format: 'pve-vmid' }),
      }),
    },
    nextId,
  ),
  route(
    'GET',
    '/cluster/resources',
    { params: optional({ type: oneOf('vm', 'storage', 'node', 'sdn') }) },
    resources,
  ),
  route(
    'GET',
    '/cluster/status',
    { permission: allOf('/', 'Sys.Audit') },
    status,
  ),
  route('GET', '/cluster/options', {}, ({ cluster, by }) =>
    cluster.access.has(by, '/', 'Sys.Audit')
      ? {
          keyboard: 'en-us',
          mac_prefix: 'BC:24:11',
          'next-id': { lower: '100', upper: '1000000' },
        }
      : {},
  ),
  route('GET', '/cluster/tasks', {}, ({ cluster, by }) =>
    cluster.state.tasks
      .filter(task => cluster.tasks.isVisible(task))
      .filter(
        task =>
          task.user === by.user ||
          cluster.access.has(by, `/nodes/${task.node}`, 'Sys.Audit'),
      )
      .slice(0, 25)
      .map(task => taskRow(cluster, task)),
  ),
  route('GET', '/nodes', {}, ({ cluster, by }) =>
    cluster.faults.active('empty')
      ? []
      : cluster.state.nodes.map(node => ({
          ...nodeRow(
            cluster,
            node,
            runningOn(cluster, node.name),
            cluster.access.has(by, `/nodes/${node.name}`, 'Sys.Audit'),
          ),
          ssl_fingerprint: fingerprint(node.id),
        })),
  ),
  route('GET', '/nodes/{node}', {}, () =>
    [
      'qemu',
      'lxc',
      'network',
      'rrddata',
      'status',
      'storage',
      'tasks',
      'version',
    ].map(name => ({ name })),
  ),
  route('GET', '/nodes/{node}/version', {}, () => ({
    version: '9.1.4',
    release: '9.1',
    repoid: '5ac30304265fbd8e',
  })),
  route(
    'GET',
    '/nodes/{node}/status',
    { permission: allOf('/nodes/{node}', 'Sys.Audit') },
    nodeStatus,
  ),
  route(
    'GET',
    '/nodes/{node}/network',
    {
      params: optional({
        type: oneOf(
          'bridge',
          'bond',
          'eth',
          'alias',
          'vlan',
          'fabric',
          'OVSBridge',
          'OVSBond',
          'OVSPort',
          'OVSIntPort',
          'vnet',
          'any_bridge',
          'any_local_bridge',
          'include_sdn',
        ),
      }),
    },
    network,
  ),
];

function nextId({ cluster, params }: Call): string {
  const { guests } = cluster.state;
  if (params.vmid !== undefined) {
    const taken = guests[Number(params.vmid)];
    if (taken)
      throw wrongParameters({
        vmid: `${taken.kind === 'qemu' ? 'VM' : 'CT'} ${params.vmid} already exists`,
      });
    return String(params.vmid);
  }
  let id = 100;
  while (guests[id]) id += 1;
  return String(id);
}

function resources({ cluster, by, params }: Call): Row[] {
  if (cluster.faults.active('empty')) return [];
  const { access, state } = cluster;
  const wanted = (type: string) =>
    params.type === undefined || params.type === type;
  const rows: Row[] = [];
  if (wanted('vm'))
    for (const guest of cluster.guests())
      if (access.has(by, `/vms/${guest.vmid}`, 'VM.Audit'))
        rows.push(resourceRow(cluster, guest));
  if (params.type === undefined)
    for (const pool of state.pools)
      if (access.has(by, `/pool/${pool.id}`, 'Pool.Audit'))
        rows.push({ id: `/pool/${pool.id}`, type: 'pool', pool: pool.id });
  if (wanted('node'))
    for (const node of state.nodes)
      rows.push(
        nodeRow(
          cluster,
          node,
          runningOn(cluster, node.name),
          access.has(by, `/nodes/${node.name}`, 'Sys.Audit'),
        ),
      );
  if (wanted('storage')) rows.push(...storageRows(cluster, by));
  if (wanted('sdn'))
    for (const node of state.nodes)
      if (
        access.hasAny(by, '/sdn/zones/localnetwork', [
          'SDN.Audit',
          'SDN.Allocate',
        ])
      )
        rows.push({
          id: `sdn/${node.name}/localnetwork`,
          type: 'sdn',
          node: node.name,
          sdn: 'localnetwork',
          status: 'ok',
        });
  return rows;
}

function storageRows(cluster: Call['cluster'], by: Call['by']): Row[] {
  const use = storageUse(cluster);
  return cluster.state.storages
    .filter(storage =>
      cluster.access.has(by, `/storage/${storage.name}`, 'Datastore.Audit'),
    )
    .flatMap(storage =>
      cluster.state.nodes.map(node => {
        const row = {
          id: `storage/${node.name}/${storage.name}`,
          type: 'storage',
          storage: storage.name,
          node: node.name,
          plugintype: storage.type,
          content: storage.content.join(','),
          shared: storage.shared ? 1 : 0,
        };
        if (cluster.isOffline(node.name)) return { ...row, status: 'unknown' };
        return {
          ...row,
          status: 'available',
          disk: usedBytes(cluster, storage, node.name, use),
          maxdisk: storage.size,
        };
      }),
    );
}

function status({ cluster }: Call): Row[] {
  const { name, nodes } = cluster.state;
  const online = nodes.filter(node => !cluster.isOffline(node.name));
  return [
    {
      id: 'cluster',
      type: 'cluster',
      name,
      nodes: nodes.length,
      quorate: online.length * 2 > nodes.length ? 1 : 0,
      version: 7,
    },
    ...nodes.map((node, index) => ({
      id: `node/${node.name}`,
      type: 'node',
      name: node.name,
      nodeid: node.id,
      ip: node.address,
      online: cluster.isOffline(node.name) ? 0 : 1,
      local: index === 0 ? 1 : 0,
      level: '',
    })),
  ];
}

function nodeStatus({ cluster, params }: Call): Row {
  const node = cluster.state.nodes.find(item => item.name === params.node);
  if (!node) return {};
  const figures = nodeFigures(node, runningOn(cluster, node.name));
  const load = (factor: number) =>
    (figures.cpu * node.cores * factor).toFixed(2);
  return {
    uptime: figures.uptime,
    cpu: figures.cpu,
    wait: figures.cpu * 0.02,
    idle: 0,
    // Text, as the kernel writes it.
    loadavg: [load(1.1), load(1), load(0.9)],
    cpuinfo: {
      cpus: node.cores,
      cores: node.cores / 2,
      sockets: 2,
      model: 'AMD EPYC 7343 16-Core Processor',
      mhz: '3200.000',
      hvm: '1',
      user_hz: 100,
      flags: '',
    },
    memory: {
      total: node.memory,
      used: figures.mem,
      free: node.memory - figures.mem,
      available: node.memory - figures.mem,
    },
    swap: { total: 8 * 1024 ** 3, used: 0, free: 8 * 1024 ** 3 },
    rootfs: {
      total: node.disk,
      used: figures.disk,
      avail: node.disk - figures.disk,
      free: node.disk - figures.disk,
    },
    ksm: { shared: 0 },
    pveversion: 'pve-manager/9.1.4/5ac30304265fbd8e',
    kversion: 'Linux 6.17.4-1-pve',
    'current-kernel': {
      sysname: 'Linux',
      release: '6.17.4-1-pve',
      machine: 'x86_64',
      version: '#1 SMP PREEMPT_DYNAMIC',
    },
    'boot-info': { mode: 'efi', secureboot: 0 },
  };
}

function network({ cluster, by, params }: Call): Row[] {
  const node = cluster.state.nodes.find(item => item.name === params.node);
  const wanted = params.type;
  const rows: Row[] = [
    {
      iface: 'eno1',
      type: 'eth',
      active: 1,
      exists: 1,
      autostart: 1,
      method: 'manual',
      method6: 'manual',
      families: ['inet'],
      priority: 3,
    },
    {
      iface: 'vmbr0',
      type: 'bridge',
      active: 1,
      autostart: 1,
      method: 'static',
      method6: 'manual',
      families: ['inet'],
      priority: 4,
      address: node?.address,
      netmask: '24',
      cidr: `${node?.address}/24`,
      gateway: '10.20.0.1',
      bridge_ports: 'eno1',
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      bridge_stp: 'off',
      bridge_fd: '0',
      comments: 'Management 20, dev 30, staging 40, prod 50\n',
    },
  ];
  const mayList =
    cluster.access.hasAny(by, `/nodes/${String(params.node)}`, [
      'Sys.Audit',
      'Sys.Modify',
    ]) ||
    cluster.access.hasAny(by, '/sdn/zones/localnetwork/vmbr0', [
      'SDN.Audit',
      'SDN.Use',
    ]);
  const listed = mayList ? rows : [];
  if (wanted === undefined || wanted === 'include_sdn') return listed;
  const bridges = wanted === 'any_bridge' || wanted === 'any_local_bridge';
  return listed.filter(row =>
    bridges ? row.type === 'bridge' : row.type === wanted,
  );
}

function fingerprint(id: number): string {
  return Array.from({ length: 32 }, (_, index) =>
    ((id * 37 + index * 11) % 256).toString(16).padStart(2, '0').toUpperCase(),
  ).join(':');
}

import { died, forbidden } from '../failure';
import { volumesOf } from '../guests/drives';
import { usedBytes } from '../guests/volumes';
import { boolean, format, oneOf, optional, vmid } from '../params/spec';
import { parseSize } from '../propertyString';
import { allOf, anyOf, route, type Call, type Route } from '../router';
import type { Storage } from '../state';

type Row = Record<string, unknown>;
const mayLook = anyOf(
  '/storage/{storage}',
  'Datastore.Audit',
  'Datastore.AllocateSpace',
);
const looking = ['Datastore.Audit', 'Datastore.AllocateSpace'];

/** Storages and what lies on them. */
export const storageRoutes: Route[] = [
  route(
    'GET',
    '/storage',
    {
      params: optional({
        type: oneOf(
          'btrfs',
          'cephfs',
          'cifs',
          'dir',
          'esxi',
          'iscsi',
          'iscsidirect',
          'lvm',
          'lvmthin',
          'nfs',
          'pbs',
          'rbd',
          'zfs',
          'zfspool',
        ),
      }),
    },
    ({ cluster, by, params }) =>
      cluster.faults.active('empty')
        ? []
        : cluster.state.storages
            .filter(
              item => params.type === undefined || item.type === params.type,
            )
            .filter(item =>
              cluster.access.hasAny(by, `/storage/${item.name}`, looking),
            )
            .map(definition),
  ),
  route(
    'GET',
    '/storage/{storage}',
    { permission: allOf('/storage/{storage}', 'Datastore.Allocate') },
    call => definition(find(call)),
  ),
  route(
    'GET',
    '/nodes/{node}/storage',
    {
      params: optional({
        content: format('pve-storage-content-list'),
        enabled: boolean(),
        format: boolean(),
        storage: format('pve-storage-id'),
        target: format('pve-node'),
      }),
    },
    ({ cluster, by, params }) => {
      if (cluster.faults.active('empty')) return [];
      const wanted =
        params.content === undefined
          ? undefined
          : String(params.content).split(/[,;\s]+/);
      return cluster.state.storages
        .filter(
          item => params.storage === undefined || item.name === params.storage,
        )
        .filter(
          item => !wanted || wanted.some(sort => item.content.includes(sort)),
        )
        .filter(item =>
          cluster.access.hasAny(by, `/storage/${item.name}`, looking),
        )
        .map(item => ({
          storage: item.name,
          ...statusOf(cluster, item, String(params.node)),
        }));
    },
  ),
  route(
    'GET',
    '/nodes/{node}/storage/{storage}/status',
    { permission: mayLook },
    call => statusOf(call.cluster, find(call), String(call.params.node)),
  ),
  route(
    'GET',
    '/nodes/{node}/storage/{storage}/content',
    {
      permission: mayLook,
      params: optional({
        content: format('pve-storage-content'),
        vmid: vmid(),
      }),
    },
    call => (call.cluster.faults.active('empty') ? [] : content(call)),
  ),
  route(
    'GET',
    '/nodes/{node}/storage/{storage}/content/{volume}',
    {},
    volumeInfo,
  ),
];

function find({ cluster, params }: Call): Storage {
  const storage = cluster.state.storages.find(
    item => item.name === params.storage,
  );
  if (!storage)
    throw died(`storage '${String(params.storage)}' does not exist`);
  return storage;
}

function definition(storage: Storage): Row {
  return {
    storage: storage.name,
    type: storage.type,
    content: storage.content.join(','),
    digest: 'd0a1bb5a8a32a2a1e2d2e5f1b4c3d2a1f0e9d8c7',
    ...(storage.path ? { path: storage.path } : { pool: 'vmdata', krbd: 0 }),
    ...(storage.shared ? { shared: 1 } : {}),
  };
}

function statusOf(
  cluster: Call['cluster'],
  storage: Storage,
  node: string,
): Row {
  const used = usedBytes(cluster, storage, node);
  return {
    type: storage.type,
    content: storage.content.join(','),
    active: 1,
    enabled: 1,
    shared: storage.shared ? 1 : 0,
    total: storage.size,
    used,
    avail: storage.size - used,
    used_fraction: used / storage.size,
  };
}

function content(call: Call): Row[] {
  const { cluster, by, params } = call;
  const storage = find(call);
  const templatesGone = cluster.faults.active(
    'template-gone',
    fault => fault.vmid === undefined && fault.file === undefined,
  );
  const files = cluster.state.files
    .filter(
      file =>
        file.storage === storage.name &&
        (storage.shared || file.node === params.node),
    )
    .filter(file => !(templatesGone && file.content === 'vztmpl'))
    .map(file => ({
      volid: `${file.storage}:${file.name}`,
      content: file.content,
      format: file.format,
      size: file.size,
      ctime: file.createdAt,
    }));
  const volumes = cluster
    .guests()
    .filter(guest => storage.shared || guest.node === params.node)
    .filter(guest => cluster.access.has(by, `/vms/${guest.vmid}`, 'VM.Audit'))
    .flatMap(guest =>
      volumesOf(guest)
        .filter(volume => volume.storage === storage.name)
        .map(volume => ({
          volid: volume.volume,
          content: guest.kind === 'qemu' ? 'images' : 'rootdir',
          format: 'raw',
          size: parseSize(volume.size ?? '') ?? 0,
          vmid: guest.vmid,
          ctime: guest.createdAt,
          ...parentOf(volume.volume),
        })),
    );
  const rows: Row[] = [...files, ...volumes];
  return rows
    .filter(
      row => params.content === undefined || row.content === params.content,
    )
    .filter(row => params.vmid === undefined || row.vmid === params.vmid);
}

function parentOf(volume: string): { parent?: string } {
  const base = /^[^:]+:(base-[^/]+)\//.exec(volume)?.[1];
  return base ? { parent: `${base}@__base__` } : {};
}

function volumeInfo(call: Call): Row {
  const { cluster, by, params } = call;
  const storage = find(call);
  const volid = String(params.volume).includes(':')
    ? String(params.volume)
    : `${storage.name}:${String(params.volume)}`;
  const file = cluster.state.files.find(
    item =>
      `${item.storage}:${item.name}` === volid && item.node === params.node,
  );
  if (file) {
    cluster.access.requireAny(by, `/storage/${storage.name}`, [
      ...looking,
      'Datastore.AllocateTemplate',
    ]);
    return {
      path: `${storage.path}/template/${file.name}`,
      format: file.format,
      size: file.size,
      used: file.size,
    };
  }
  const owner = Number(/-(\d+)-/.exec(volid.split('/').at(-1) ?? '')?.[1]);
  const mayOwn =
    cluster.access.has(
      by,
      `/storage/${storage.name}`,
      'Datastore.AllocateSpace',
    ) && cluster.access.has(by, `/vms/${owner}`, 'VM.Config.Disk');
  if (
    !mayOwn &&
    !cluster.access.has(by, `/storage/${storage.name}`, 'Datastore.Allocate')
  )
    throw forbidden(`/storage/${storage.name}`, ['Datastore.Allocate']);
  const guest = cluster.state.guests[owner];
  const volume = guest && volumesOf(guest).find(item => item.volume === volid);
  if (!volume) throw died(`no such volume '${volid}'`);
  const size = parseSize(volume.size ?? '') ?? 0;
  return {
    path: `rbd:vmdata/${volid.split(':')[1].split('/').at(-1)}`,
    format: 'raw',
    size,
    used: Math.round(size * 0.4),
  };
}

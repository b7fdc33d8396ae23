import { ApiFailure, died } from '../failure';
import { systemDiskBytes } from '../guests/spec';
import { boolean, format, oneOf, optional, string } from '../params/spec';
import { allOf, route, type Call, type Route } from '../router';
import { guestName, resourceRow } from '../rows';
import type { Pool } from '../state';

const memberType = oneOf('qemu', 'lxc', 'storage');
const poolid = format('pve-poolid');

/** Pools and their members. */
export const poolRoutes: Route[] = [
  route(
    'GET',
    '/pools',
    {
      params: optional({ poolid, type: { ...memberType, requires: 'poolid' } }),
    },
    call => {
      const { cluster, by, params } = call;
      if (params.poolid !== undefined) {
        cluster.access.require(by, `/pool/${String(params.poolid)}`, [
          'Pool.Audit',
        ]);
        return [{ poolid: params.poolid, ...details(call) }];
      }
      if (cluster.faults.active('empty')) return [];
      return cluster.state.pools
        .filter(pool =>
          cluster.access.has(by, `/pool/${pool.id}`, 'Pool.Audit'),
        )
        .map(pool => ({ poolid: pool.id, comment: pool.comment }));
    },
  ),
  route(
    'GET',
    '/pools/{poolid}',
    {
      permission: allOf('/pool/{poolid}', 'Pool.Audit'),
      params: optional({ type: memberType }),
    },
    details,
  ),
  route(
    'POST',
    '/pools',
    {
      permission: allOf('/pool/{poolid}', 'Pool.Allocate'),
      params: { poolid, ...optional({ comment: string() }) },
    },
    ({ cluster, params }) => {
      const id = String(params.poolid);
      if (cluster.state.pools.some(pool => pool.id === id))
        throw died(`pool '${id}' already exists`);
      cluster.state.pools.push({
        id,
        comment: String(params.comment ?? ''),
        storages: [],
      });
      cluster.changed();
      return null;
    },
  ),
  route(
    'PUT',
    '/pools',
    {
      permission: allOf('/pool/{poolid}', 'Pool.Allocate'),
      params: {
        poolid,
        ...optional({
          'allow-move': boolean(),
          comment: string(),
          delete: boolean(),
          storage: format('pve-storage-id-list'),
          vms: format('pve-vmid-list'),
        }),
      },
    },
    update,
  ),
  route(
    'DELETE',
    '/pools',
    {
      permission: allOf('/pool/{poolid}', 'Pool.Allocate'),
      params: { poolid },
    },
    remove,
  ),
];

function find({ cluster, params }: Call): Pool {
  const pool = cluster.state.pools.find(item => item.id === params.poolid);
  if (!pool) throw died(`pool '${String(params.poolid)}' does not exist`);
  return pool;
}

function details(call: Call): Record<string, unknown> {
  const { cluster, by, params } = call;
  const pool = find(call);
  const guests = cluster
    .guests()
    .filter(
      guest =>
        guest.pool === pool.id &&
        (params.type === undefined || params.type === guest.kind),
    )
    .filter(guest => cluster.access.has(by, `/vms/${guest.vmid}`, 'VM.Audit'))
    .map(guest => ({
      ...resourceRow(cluster, guest),
      name: guestName(cluster, guest),
      maxdisk: systemDiskBytes(guest),
    }));
  const storages =
    params.type === undefined || params.type === 'storage'
      ? pool.storages.map(storage => ({
          id: `storage/${storage}`,
          type: 'storage',
          storage,
          node: 'pve1',
        }))
      : [];
  return { comment: pool.comment, members: [...guests, ...storages] };
}

function update(call: Call): null {
  const { cluster, by, params } = call;
  const pool = find(call);
  const names = (value: unknown) =>
    String(value ?? '')
      .split(/[,;\s]+/)
      .filter(name => name !== '');
  if (params.comment !== undefined) pool.comment = String(params.comment);
  for (const id of names(params.vms)) {
    cluster.access.require(by, `/vms/${id}`, ['VM.Allocate']);
    const guest = cluster.state.guests[Number(id)];
    if (!guest) throw died(`VM ${id} does not exist`);
    if (params.delete === true) guest.pool = undefined;
    else if (
      guest.pool &&
      guest.pool !== pool.id &&
      params['allow-move'] !== true
    )
      throw new ApiFailure(
        500,
        `VM ${id} is already a member of pool '${guest.pool}'\n`,
      );
    else guest.pool = pool.id;
  }
  for (const storage of names(params.storage)) {
    cluster.access.require(by, `/storage/${storage}`, ['Datastore.Allocate']);
    pool.storages = pool.storages.filter(item => item !== storage);
    if (params.delete !== true) pool.storages.push(storage);
  }
  cluster.changed();
  return null;
}

function remove(call: Call): null {
  const { cluster } = call;
  const pool = find(call);
  if (
    pool.storages.length > 0 ||
    cluster.guests().some(guest => guest.pool === pool.id)
  )
    throw died(`pool '${pool.id}' is not empty`);
  cluster.state.pools = cluster.state.pools.filter(item => item !== pool);
  cluster.changed();
  return null;
}

import { answerConfig, answerPending } from '../guests/config';
import { cloneTask } from '../guests/clone';
import { createTask } from '../guests/create';
import { destroyTask } from '../guests/destroy';
import { powerTask } from '../guests/power';
import {
  deleteSnapshotTask,
  featureAnswer,
  requireSnapshot,
  rollbackTask,
  snapshotRows,
  snapshotTask,
} from '../guests/snapshots';
import { makeTemplate } from '../guests/template';
import { resizeTask, updateConfig } from '../guests/update';
import { guestSeries, nodeSeries } from '../metrics';
import { lxcConfigPut, lxcCreate, lxcPower, lxcResize } from '../params/lxc';
import {
  lxcClone,
  qemuClone,
  qemuConfigPut,
  qemuCreate,
  qemuPower,
  qemuResize,
} from '../params/qemu';
import {
  boolean,
  format,
  oneOf,
  optional,
  string,
  type ParamTable,
} from '../params/spec';
import {
  allOf,
  anyOf,
  route,
  type Call,
  type Permission,
  type Route,
} from '../router';
import { runningOn, statusRow } from '../rows';
import type { Guest, GuestKind } from '../state';

const snapname = format('pve-configid', { maxLength: 40 });
const configRights: Record<GuestKind, string[]> = {
  qemu: [
    'Disk',
    'CDROM',
    'CPU',
    'Memory',
    'Network',
    'HWType',
    'Options',
    'Cloudinit',
  ],
  lxc: ['Disk', 'CPU', 'Memory', 'Network', 'Options'],
};
const audit = allOf('/vms/{vmid}', 'VM.Audit');
const power = allOf('/vms/{vmid}', 'VM.PowerMgmt');
const snapshot = allOf('/vms/{vmid}', 'VM.Snapshot');

/** The permission that changing a configuration starts with; each option has its own besides. */
export function mayConfigure(kind: GuestKind): Permission {
  return anyOf(
    '/vms/{vmid}',
    ...configRights[kind].map(name => `VM.Config.${name}`),
  );
}

/** The guest that a call is about. */
export function guestOf(kind: GuestKind, { cluster, params }: Call): Guest {
  return cluster.guest(kind, String(params.node), Number(params.vmid));
}

/** What virtual machines and containers have in common. */
export function guestRoutes(kind: GuestKind): Route[] {
  const all = `/nodes/{node}/${kind}`;
  const one = `${all}/{vmid}`;
  const qemu = kind === 'qemu';
  return [
    route(
      'GET',
      all,
      { params: qemu ? optional({ full: boolean() }) : {} },
      call => listGuests(kind, call),
    ),
    route(
      'POST',
      all,
      { params: qemu ? qemuCreate : lxcCreate },
      ({ cluster, by, params }) => createTask(cluster, by, kind, params),
    ),
    route('GET', one, {}, () =>
      ['config', 'pending', 'status', 'snapshot'].map(subdir => ({ subdir })),
    ),
    route(
      'DELETE',
      one,
      {
        permission: allOf('/vms/{vmid}', 'VM.Allocate'),
        params: optional({
          'destroy-unreferenced-disks': boolean(),
          purge: boolean(),
          ...(qemu ? { skiplock: boolean() } : { force: boolean() }),
        }),
      },
      call =>
        destroyTask(
          call.cluster,
          call.by,
          guestOf(kind, call),
          call.params.force === true,
        ),
    ),
    ...configRoutes(kind, one),
    ...statusRoutes(kind, one, qemu ? qemuPower : lxcPower),
    ...snapshotRoutes(kind, one),
    route(
      'POST',
      `${one}/clone`,
      {
        permission: allOf('/vms/{vmid}', 'VM.Clone'),
        params: qemu ? qemuClone : lxcClone,
      },
      call =>
        cloneTask(call.cluster, call.by, guestOf(kind, call), call.params),
    ),
    route(
      'POST',
      `${one}/template`,
      {
        permission: allOf('/vms/{vmid}', 'VM.Allocate'),
        params: qemu ? optional({ disk: qemuResize.disk }) : {},
      },
      call => makeTemplate(call.cluster, call.by, guestOf(kind, call)),
    ),
    route(
      'PUT',
      `${one}/resize`,
      {
        permission: allOf('/vms/{vmid}', 'VM.Config.Disk'),
        params: qemu ? qemuResize : lxcResize,
      },
      call =>
        resizeTask(call.cluster, call.by, guestOf(kind, call), call.params),
    ),
    route(
      'GET',
      `${one}/rrddata`,
      { permission: audit, params: series(false) },
      call => guestSeries(guestOf(kind, call), String(call.params.timeframe)),
    ),
  ];
}

function series(decade: boolean): ParamTable {
  const frames = [
    'hour',
    'day',
    'week',
    'month',
    'year',
    ...(decade ? ['decade'] : []),
  ];
  return {
    timeframe: oneOf(...frames),
    ...optional({ cf: oneOf('AVERAGE', 'MAX') }),
  };
}

/** A node's own statistics. */
export const nodeSeriesRoute = route(
  'GET',
  '/nodes/{node}/rrddata',
  { permission: allOf('/nodes/{node}', 'Sys.Audit'), params: series(true) },
  ({ cluster, params }) => {
    const node = cluster.state.nodes.find(item => item.name === params.node);
    return node
      ? nodeSeries(
          node,
          runningOn(cluster, node.name),
          String(params.timeframe),
        )
      : [];
  },
);

function listGuests(kind: GuestKind, { cluster, by, params }: Call): unknown[] {
  if (cluster.faults.active('empty')) return [];
  return cluster
    .guests()
    .filter(guest => guest.kind === kind && guest.node === params.node)
    .filter(guest => cluster.access.has(by, `/vms/${guest.vmid}`, 'VM.Audit'))
    .map(guest => statusRow(cluster, guest, false));
}

function configRoutes(kind: GuestKind, one: string): Route[] {
  return [
    route(
      'GET',
      `${one}/config`,
      {
        permission: audit,
        params: optional({ current: boolean(), snapshot: snapname }),
      },
      call => {
        const guest = guestOf(kind, call);
        if (call.params.snapshot !== undefined)
          return requireSnapshot(guest, String(call.params.snapshot)).config;
        return answerConfig(guest, call.params.current === true);
      },
    ),
    route(
      'PUT',
      `${one}/config`,
      {
        permission: mayConfigure(kind),
        params: kind === 'qemu' ? qemuConfigPut : lxcConfigPut,
      },
      async call => {
        await updateConfig(
          call.cluster,
          call.by,
          guestOf(kind, call),
          call.params,
        );
        return null;
      },
    ),
    route('GET', `${one}/pending`, { permission: audit }, call =>
      answerPending(guestOf(kind, call)),
    ),
  ];
}

function statusRoutes(
  kind: GuestKind,
  one: string,
  actions: Record<string, ParamTable>,
): Route[] {
  return [
    route('GET', `${one}/status`, {}, () =>
      ['current', ...Object.keys(actions)].map(subdir => ({ subdir })),
    ),
    route('GET', `${one}/status/current`, { permission: audit }, call =>
      statusRow(call.cluster, guestOf(kind, call), true),
    ),
    ...Object.entries(actions).map(([action, params]) =>
      route(
        'POST',
        `${one}/status/${action}`,
        { permission: power, params },
        call =>
          powerTask(
            call.cluster,
            call.by,
            guestOf(kind, call),
            action as 'start',
            call.params,
          ),
      ),
    ),
  ];
}

function snapshotRoutes(kind: GuestKind, one: string): Route[] {
  const vmstate: ParamTable = kind === 'qemu' ? { vmstate: boolean() } : {};
  const rollback = anyOf('/vms/{vmid}', 'VM.Snapshot', 'VM.Snapshot.Rollback');
  return [
    route(
      'GET',
      `${one}/feature`,
      {
        permission: audit,
        params: {
          feature: oneOf('snapshot', 'clone', 'copy'),
          ...optional({ snapname }),
        },
      },
      call => featureAnswer(call.cluster, guestOf(kind, call)),
    ),
    route('GET', `${one}/snapshot`, { permission: audit }, call =>
      snapshotRows(call.cluster, guestOf(kind, call)),
    ),
    route(
      'POST',
      `${one}/snapshot`,
      {
        permission: snapshot,
        params: {
          snapname,
          ...optional({ description: string(), ...vmstate }),
        },
      },
      call =>
        snapshotTask(call.cluster, call.by, guestOf(kind, call), call.params),
    ),
    route(
      'DELETE',
      `${one}/snapshot/{snapname}`,
      { permission: snapshot, params: optional({ force: boolean() }) },
      call =>
        deleteSnapshotTask(
          call.cluster,
          call.by,
          guestOf(kind, call),
          String(call.params.snapname),
        ),
    ),
    route(
      'POST',
      `${one}/snapshot/{snapname}/rollback`,
      { permission: rollback, params: optional({ start: boolean() }) },
      call =>
        rollbackTask(call.cluster, call.by, guestOf(kind, call), call.params),
    ),
  ];
}

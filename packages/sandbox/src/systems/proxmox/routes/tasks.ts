import type { Cluster } from '../cluster';
import type { TaskRecord } from '../state';
import {
  boolean,
  format,
  integer,
  oneOf,
  optional,
  string,
} from '../params/spec';
import { Page, route, type Call, type Route } from '../router';

/** A task as lists show it. */
export function taskRow(
  cluster: Cluster,
  task: TaskRecord,
): Record<string, unknown> {
  const {
    upid,
    node,
    pid,
    pstart,
    starttime,
    type,
    id,
    user,
    tokenid,
    endtime,
  } = task;
  const running = cluster.tasks.isRunning(upid);
  return {
    upid,
    node,
    pid,
    pstart,
    starttime,
    type,
    id,
    user,
    tokenid,
    ...(running
      ? {}
      : { endtime, status: task.exitstatus ?? 'unexpected status' }),
  };
}

/** What runs and what ran. */
export const taskRoutes: Route[] = [
  route(
    'GET',
    '/nodes/{node}/tasks',
    {
      params: optional({
        errors: boolean(),
        limit: integer({ minimum: 0 }),
        since: integer(),
        source: oneOf('archive', 'active', 'all'),
        start: integer({ minimum: 0 }),
        statusfilter: format('pve-task-status-type-list'),
        typefilter: string(),
        until: integer(),
        userfilter: string(),
        vmid: integer({ minimum: 100, maximum: 999999999, format: 'pve-vmid' }),
      }),
    },
    list,
  ),
  route('GET', '/nodes/{node}/tasks/{upid}', {}, () => [
    { name: 'log' },
    { name: 'status' },
  ]),
  route('GET', '/nodes/{node}/tasks/{upid}/status', {}, call => {
    const task = find(call, 'Sys.Audit');
    const {
      endtime: _end,
      status: _status,
      ...row
    } = taskRow(call.cluster, task);
    const running = call.cluster.tasks.isRunning(task.upid);
    return running
      ? { ...row, status: 'running' }
      : {
          ...row,
          status: 'stopped',
          exitstatus: task.exitstatus ?? 'unexpected status',
        };
  }),
  route(
    'GET',
    '/nodes/{node}/tasks/{upid}/log',
    {
      params: optional({
        download: boolean(),
        limit: integer({ minimum: 0 }),
        start: integer({ minimum: 0 }),
      }),
    },
    log,
  ),
  route('DELETE', '/nodes/{node}/tasks/{upid}', {}, call => {
    call.cluster.tasks.abort(find(call, 'Sys.Modify').upid);
    return null;
  }),
];

function find({ cluster, by, params }: Call, privilege: string): TaskRecord {
  const node = String(params.node);
  const task = cluster.tasks.find(node, String(params.upid));
  if (task.user !== by.user)
    cluster.access.require(by, `/nodes/${node}`, [privilege]);
  return task;
}

function list({ cluster, by, params }: Call): Page {
  const mayAll = cluster.access.has(
    by,
    `/nodes/${String(params.node)}`,
    'Sys.Audit',
  );
  const source = params.source ?? 'archive';
  const rows = cluster.state.tasks.filter(task => {
    const running = cluster.tasks.isRunning(task.upid);
    return (
      task.node === params.node &&
      cluster.tasks.isVisible(task) &&
      (mayAll || task.user === by.user) &&
      (source === 'all' || running === (source === 'active')) &&
      (params.errors !== true || (!running && task.exitstatus !== 'OK')) &&
      (params.vmid === undefined || task.id === String(params.vmid)) &&
      (params.typefilter === undefined || task.type === params.typefilter) &&
      (params.userfilter === undefined ||
        task.user.includes(String(params.userfilter))) &&
      (params.since === undefined || task.starttime >= Number(params.since)) &&
      (params.until === undefined || task.starttime <= Number(params.until)) &&
      matchesStatus(task, params.statusfilter)
    );
  });
  return slice(
    rows.map(task => taskRow(cluster, task)),
    params,
  );
}

function matchesStatus(task: TaskRecord, filter: unknown): boolean {
  if (filter === undefined) return true;
  const status = task.exitstatus ?? '';
  const words: [string, string][] = [
    ['OK', 'ok'],
    ['WARNINGS', 'warning'],
  ];
  const word =
    words.find(([start]) => status.startsWith(start))?.[1] ?? 'error';
  return String(filter)
    .toLowerCase()
    .split(/[,;\s]+/)
    .includes(word);
}

function log(call: Call): Page {
  const task = find(call, 'Sys.Audit');
  const lines = task.log.length > 0 ? task.log : ['no content'];
  return slice(
    lines.map((t, index) => ({ n: index + 1, t })),
    call.params,
  );
}

function slice(rows: unknown[], params: Call['params']): Page {
  const start = Number(params.start ?? 0);
  const limit = Number(params.limit ?? 50);
  return new Page(
    rows.slice(start, limit === 0 ? undefined : start + limit),
    rows.length,
  );
}

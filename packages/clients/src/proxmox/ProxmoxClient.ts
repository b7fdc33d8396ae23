import type { HostKind } from '@nante/model';
import { z } from 'zod';
import { openConnection, type ProxmoxClientOptions } from './connection';
import { saysAgentSilent, saysIdTaken, saysUnreadable } from './failures';
import {
  agentFileSchema,
  agentInterfacesSchema,
  containerInterfacesSchema,
  featureSchema,
  guestConfigSchema,
  guestStatusSchema,
  pendingSchema,
  samplesSchema,
  snapshotsSchema,
  volumesSchema,
} from './guests';
import {
  clusterStatusSchema,
  permissionsSchema,
  resourcesSchema,
} from './inventory';
import { makingCalls } from './making';
import { waitForTask } from './tasks';
import type { ProxmoxApi } from './types';
import { text } from './values';

const versionSchema = z
  .object({ version: text, release: text })
  .transform(({ version, release }) => ({ version, release }));
const upidSchema = z.string().startsWith('UPID:');

/** Path of a guest. The node is asked for each time, since guests migrate. */
function guestPath(node: string, kind: HostKind, vmId: number): string {
  const type = kind === 'vm' ? 'qemu' : 'lxc';
  return `/nodes/${encodeURIComponent(node)}/${type}/${vmId}`;
}

function snapshotPath(
  node: string,
  kind: HostKind,
  vmId: number,
  name: string,
): string {
  return `${guestPath(node, kind, vmId)}/snapshot/${encodeURIComponent(name)}`;
}

/** Makes the client of one Proxmox cluster; make it once a server, since its connections are shared. */
export function createProxmoxClient(options: ProxmoxClientOptions): ProxmoxApi {
  const connection = openConnection(options);
  return {
    url: connection.url,
    version: (call = {}) => connection.get('/version', versionSchema, call),
    resources: (call = {}) =>
      connection.get('/cluster/resources', resourcesSchema, call),
    clusterStatus: (call = {}) =>
      connection.get('/cluster/status', clusterStatusSchema, call),
    permissions: (call = {}) =>
      connection.get('/access/permissions', permissionsSchema, call),
    async isIdFree(vmId, call = {}) {
      const free = await connection.get('/cluster/nextid', text, {
        ...call,
        query: { vmid: vmId },
        excuse: answer => (saysIdTaken(answer) ? { result: false } : undefined),
      });
      return free !== false;
    },
    guestConfig: (node, kind, vmId, call = {}) =>
      connection.get(
        `${guestPath(node, kind, vmId)}/config`,
        guestConfigSchema(kind),
        call,
      ),
    guestStatus: (node, kind, vmId, call = {}) =>
      connection.get(
        `${guestPath(node, kind, vmId)}/status/current`,
        guestStatusSchema,
        call,
      ),
    guestInterfaces(node, kind, vmId, call = {}) {
      const path = guestPath(node, kind, vmId);
      const silent = {
        ...call,
        excuse: (answer: Parameters<typeof saysAgentSilent>[0]) =>
          saysAgentSilent(answer) ? { result: undefined } : undefined,
      };
      return kind === 'vm'
        ? connection.get(
            `${path}/agent/network-get-interfaces`,
            agentInterfacesSchema,
            silent,
          )
        : connection.get(
            `${path}/interfaces`,
            containerInterfacesSchema,
            silent,
          );
    },
    guestFile: (node, vmId, path, call = {}) =>
      connection.get(
        `${guestPath(node, 'vm', vmId)}/agent/file-read`,
        agentFileSchema,
        {
          ...call,
          query: { file: path },
          excuse: answer =>
            saysAgentSilent(answer) || saysUnreadable(answer)
              ? { result: undefined }
              : undefined,
        },
      ),
    samples: (node, kind, vmId, timeframe, call = {}) =>
      connection.get(`${guestPath(node, kind, vmId)}/rrddata`, samplesSchema, {
        ...call,
        query: { timeframe, cf: 'AVERAGE' },
      }),
    storageContent: (node, storage, content, call = {}) =>
      connection.get(
        `/nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content`,
        volumesSchema,
        { ...call, query: { content } },
      ),
    snapshots: (node, kind, vmId, call = {}) =>
      connection.get(
        `${guestPath(node, kind, vmId)}/snapshot`,
        snapshotsSchema,
        call,
      ),
    canSnapshot: (node, kind, vmId, call = {}) =>
      connection.get(`${guestPath(node, kind, vmId)}/feature`, featureSchema, {
        ...call,
        query: { feature: 'snapshot' },
      }),
    createSnapshot: (node, kind, vmId, { name, description }, call = {}) =>
      connection.write(
        'POST',
        `${guestPath(node, kind, vmId)}/snapshot`,
        upidSchema,
        {
          ...call,
          form: { snapname: name, ...(description ? { description } : {}) },
        },
      ),
    rollbackSnapshot: (node, kind, vmId, name, { start, ...call } = {}) =>
      connection.write(
        'POST',
        `${snapshotPath(node, kind, vmId, name)}/rollback`,
        upidSchema,
        { ...call, form: { start: start ? 1 : 0 } },
      ),
    deleteSnapshot: (node, kind, vmId, name, call = {}) =>
      connection.write(
        'DELETE',
        snapshotPath(node, kind, vmId, name),
        upidSchema,
        call,
      ),
    pendingChanges: (node, kind, vmId, call = {}) =>
      connection.get(
        `${guestPath(node, kind, vmId)}/pending`,
        pendingSchema,
        call,
      ),
    growDisk: (node, kind, vmId, disk, sizeGb, call = {}) =>
      connection.write(
        'PUT',
        `${guestPath(node, kind, vmId)}/resize`,
        upidSchema.optional(),
        { ...call, form: { disk, size: `${sizeGb}G` } },
      ),
    async setContainerMemory(node, vmId, memoryMb, call = {}) {
      await connection.write(
        'PUT',
        `${guestPath(node, 'lxc', vmId)}/config`,
        z.unknown(),
        { ...call, form: { memory: memoryMb } },
      );
    },
    power: (node, kind, vmId, action, { timeoutSeconds, ...call } = {}) =>
      connection.write(
        'POST',
        `${guestPath(node, kind, vmId)}/status/${action}`,
        upidSchema,
        {
          ...call,
          ...(timeoutSeconds ? { form: { timeout: timeoutSeconds } } : {}),
        },
      ),
    deleteGuest: (node, kind, vmId, call = {}) =>
      connection.write('DELETE', guestPath(node, kind, vmId), upidSchema, {
        ...call,
        query: { purge: 1, 'destroy-unreferenced-disks': 1 },
      }),
    waitForTask: (upid, call = {}) => waitForTask(connection, upid, call),
    ...makingCalls(connection),
  };
}

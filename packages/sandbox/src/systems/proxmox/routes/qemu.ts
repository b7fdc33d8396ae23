import { ApiFailure, died } from '../failure';
import { moveDiskTask } from '../guests/moveDisk';
import { specOf } from '../guests/spec';
import { updateConfig } from '../guests/update';
import { qemuConfigPost, qemuMoveDisk } from '../params/qemu';
import { list, optional, string } from '../params/spec';
import { allOf, anyOf, route, type Call, type Route } from '../router';
import { hasAgent } from '../rows';
import type { Guest } from '../state';
import { guestOf, mayConfigure } from './guests';

const one = '/nodes/{node}/qemu/{vmid}';
const mayAskAgent = anyOf(
  '/vms/{vmid}',
  'VM.GuestAgent.Audit',
  'VM.GuestAgent.Unrestricted',
);

/** What only virtual machines have. */
export const qemuRoutes: Route[] = [
  route(
    'POST',
    `${one}/config`,
    { permission: mayConfigure('qemu'), params: qemuConfigPost },
    call => {
      const guest = guestOf('qemu', call);
      return call.cluster.tasks.start(
        {
          node: guest.node,
          type: 'qmconfig',
          id: String(guest.vmid),
          by: call.by,
        },
        async task => {
          await task.spend('qmconfig');
          await updateConfig(call.cluster, call.by, guest, call.params);
        },
      );
    },
  ),
  route(
    'POST',
    `${one}/move_disk`,
    {
      permission: allOf('/vms/{vmid}', 'VM.Config.Disk'),
      params: qemuMoveDisk,
    },
    call =>
      moveDiskTask(call.cluster, call.by, guestOf('qemu', call), call.params),
  ),
  route(
    'PUT',
    `${one}/cloudinit`,
    { permission: allOf('/vms/{vmid}', 'VM.Config.Cloudinit') },
    call => {
      guestOf('qemu', call);
      return null;
    },
  ),
  route(
    'POST',
    `${one}/agent/ping`,
    { permission: mayAskAgent },
    async call => {
      await askAgent(call);
      return { result: {} };
    },
  ),
  route('GET', `${one}/agent/info`, { permission: mayAskAgent }, async call => {
    await askAgent(call);
    const commands = [
      'guest-ping',
      'guest-info',
      'guest-network-get-interfaces',
      'guest-get-host-name',
      'guest-get-osinfo',
    ];
    return {
      result: {
        version: '7.2.19',
        supported_commands: commands.map(name => ({
          name,
          enabled: true,
          'success-response': true,
        })),
      },
    };
  }),
  route(
    'GET',
    `${one}/agent/get-host-name`,
    { permission: mayAskAgent },
    async call => {
      const { guest } = await askAgent(call);
      return { result: { 'host-name': specOf(guest).hostname } };
    },
  ),
  route(
    'GET',
    `${one}/agent/get-osinfo`,
    { permission: mayAskAgent },
    async call => {
      await askAgent(call);
      return {
        result: {
          id: 'debian',
          name: 'Debian GNU/Linux',
          'pretty-name': 'Debian GNU/Linux 12 (bookworm)',
          version: '12 (bookworm)',
          'version-id': '12',
          machine: 'x86_64',
          'kernel-release': '6.1.0-40-cloud-amd64',
        },
      };
    },
  ),
  route(
    'GET',
    `${one}/agent/network-get-interfaces`,
    { permission: mayAskAgent },
    async call => {
      const { interfaces } = await askAgent(call);
      return {
        result: interfaces.map((item, index) => ({
          name: item.name,
          'hardware-address': item.mac,
          'ip-addresses': item.addresses.map(({ address, prefix, family }) => ({
            'ip-address': address,
            'ip-address-type': family,
            prefix,
          })),
          statistics: counters(index),
        })),
      };
    },
  ),
  route(
    'POST',
    `${one}/agent/exec`,
    {
      permission: allOf('/vms/{vmid}', 'VM.GuestAgent.Unrestricted'),
      params: {
        command: list(),
        ...optional({ 'input-data': string({ maxLength: 65536 }) }),
      },
    },
    async call => {
      await askAgent(call);
      throw new ApiFailure(
        500,
        'Agent error: Command guest-exec has been disabled: the command is not allowed\n',
      );
    },
  ),
];

/** @throws ApiFailure 500 with the words that clients know the agent's silence by */
async function askAgent(call: Call) {
  const { cluster } = call;
  const guest: Guest = guestOf('qemu', call);
  if (!hasAgent(guest)) throw died('No QEMU guest agent configured');
  if (!cluster.isRunning(guest)) throw died(`VM ${guest.vmid} is not running`);
  const silent = cluster.faults.active(
    'agent-silent',
    fault => fault.vmid === undefined || fault.vmid === guest.vmid,
  );
  const interfaces = silent
    ? undefined
    : await cluster.driver(guest).interfaces(guest.vmid);
  if (!interfaces) throw died('QEMU guest agent is not running');
  return { guest, interfaces };
}

function counters(index: number): Record<string, number> {
  const packets = (Math.floor(Date.now() / 1000) % 100000) + index;
  return {
    'rx-bytes': packets * 700,
    'rx-dropped': 0,
    'rx-errs': 0,
    'rx-packets': packets,
    'tx-bytes': packets * 400,
    'tx-dropped': 0,
    'tx-errs': 0,
    'tx-packets': packets,
  };
}

import { moveDiskTask } from '../guests/moveDisk';
import { updateConfig } from '../guests/update';
import { qemuConfigPost, qemuMoveDisk } from '../params/qemu';
import { allOf, route, type Route } from '../router';
import { guestOf, mayConfigure } from './guests';

const one = '/nodes/{node}/qemu/{vmid}';

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
];

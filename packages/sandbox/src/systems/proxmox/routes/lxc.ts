import type { GuestInterface } from '../../../guests/driver';
import { allOf, route, type Route } from '../router';
import { guestOf } from './guests';

const one = '/nodes/{node}/lxc/{vmid}';

/** What only containers have. */
export const lxcRoutes: Route[] = [
  route(
    'GET',
    `${one}/interfaces`,
    { permission: allOf('/vms/{vmid}', 'VM.Audit') },
    async call => {
      const { cluster } = call;
      const guest = guestOf('lxc', call);
      if (!cluster.isRunning(guest)) return null;
      const silent = cluster.faults.active(
        'agent-silent',
        fault => fault.vmid === undefined || fault.vmid === guest.vmid,
      );
      const interfaces = silent
        ? undefined
        : await cluster.driver(guest).interfaces(guest.vmid);
      return (interfaces ?? []).map(answerInterface);
    },
  ),
];

/** A container's card; unlike a machine's, its addresses are of type `inet` and `inet6`. */
function answerInterface(item: GuestInterface): Record<string, unknown> {
  const first = (family: string) =>
    item.addresses.find(address => address.family === family);
  const [v4, v6] = [first('ipv4'), first('ipv6')];
  return {
    name: item.name,
    hwaddr: item.mac,
    'hardware-address': item.mac,
    ...(v4 ? { inet: `${v4.address}/${v4.prefix}` } : {}),
    ...(v6 ? { inet6: `${v6.address}/${v6.prefix}` } : {}),
    'ip-addresses': item.addresses.map(({ address, prefix, family }) => ({
      'ip-address': address,
      'ip-address-type': family === 'ipv4' ? 'inet' : 'inet6',
      // Written as text here and as a number for machines.
      prefix: String(prefix),
    })),
  };
}

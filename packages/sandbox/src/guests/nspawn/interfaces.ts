import type { GuestInterface } from '../driver';
import { runJson } from './command';

/** What `ip -json address` says about one device. */
interface DeviceReport {
  ifname: string;
  address: string;
  addr_info: { family: 'inet' | 'inet6'; local: string; prefixlen: number }[];
}

/**
 * Interfaces of a guest, read in its own network.
 *
 * @param namespace - file that the guest's network namespace is bound to
 */
export async function interfacesIn(
  namespace: string,
): Promise<GuestInterface[]> {
  const devices = await runJson<DeviceReport[]>('nsenter', [
    `--net=${namespace}`,
    ...['ip', '-json', 'address', 'show'],
  ]);
  return devices.map(({ ifname, address, addr_info }) => ({
    name: ifname,
    mac: address,
    addresses: addr_info.map(({ family, local, prefixlen }) => ({
      address: local,
      prefix: prefixlen,
      family: family === 'inet' ? 'ipv4' : 'ipv6',
    })),
  }));
}

import type { Parameters } from './api';
import { formatProperties, gibibytes } from './properties';
import { block, blocks, number, text, type ObjectValue } from './values';

/** Network cards with their addresses. */
export function networks(planned: ObjectValue): Parameters {
  const addresses = blocks(block(planned.initialization)?.ip_config);
  const parameters: Parameters = {};
  blocks(planned.network_interface).forEach((card, index) => {
    const v4 = block(addresses[index]?.ipv4);
    const v6 = block(addresses[index]?.ipv6);
    parameters[`net${index}`] = formatProperties({
      bridge: text(card.bridge),
      firewall: card.firewall === true ? 1 : undefined,
      gw: text(v4?.gateway),
      gw6: text(v6?.gateway),
      hwaddr: text(card.mac_address),
      ip: text(v4?.address),
      ip6: text(v6?.address),
      mtu: number(card.mtu) || undefined,
      name: text(card.name),
      rate: number(card.rate_limit) || undefined,
      tag: number(card.vlan_id) || undefined,
      type: 'veth',
    });
  });
  return parameters;
}

/** Features that are on, as Proxmox writes them; undefined when there are none. */
export function featuresOf(
  features: ObjectValue | undefined,
): string | undefined {
  if (!features) return undefined;
  const named = ['fuse', 'keyctl', 'mknod', 'nesting'].filter(
    name => features[name] === true,
  );
  return named.map(name => `${name}=1`).join(',') || undefined;
}

/**
 * Mount points; a new volume where the configuration names a storage only.
 *
 * @param everything - say every option, as the provider does in changes, instead of those that differ from its defaults
 */
export function mountPoints(
  planned: ObjectValue,
  everything: boolean,
): Parameters {
  return Object.fromEntries(
    blocks(planned.mount_point).map((mount, index) => {
      const flags = {
        acl: mount.acl === true,
        backup: mount.backup === true,
        quota: mount.quota === true,
        ro: mount.read_only === true,
        shared: mount.shared === true,
      };
      const said = Object.entries(flags)
        .filter(([, value]) => everything || value)
        .map(([name, value]) => [name, value ? 1 : 0]);
      const replicate = mount.replicate === true;
      const [storage, name] = text(mount.volume).split(':');
      const size = text(mount.size);
      const volume =
        size && !name ? `${storage}:${gibibytes(size)}` : text(mount.volume);
      return [
        `mp${index}`,
        formatProperties(
          {
            ...Object.fromEntries(said),
            mp: text(mount.path),
            replicate: everything || !replicate ? Number(replicate) : undefined,
            size: name ? size : undefined,
          },
          volume,
        ),
      ];
    }),
  );
}

import type { Config } from './guest';
import { parseProperties } from './properties';
import { block, blocks, type ObjectValue, type Value } from './values';

/** What cloud-init has to be asked for of a VM whose state does not tell; undefined when there is no such drive. */
export function initializationOf(config: Config): ObjectValue | undefined {
  if (!Object.values(config).some(value => /cloudinit/.test(String(value))))
    return undefined;
  const cards = Object.keys(config).filter(name => /^ipconfig\d+$/.test(name));
  const hasAccount =
    config.ciuser !== undefined || config.sshkeys !== undefined;
  const hasDns =
    config.nameserver !== undefined || config.searchdomain !== undefined;
  return {
    ip_config: cards.map(() => ({ ipv4: [], ipv6: [] })),
    dns: hasDns ? [{}] : [],
    user_account: hasAccount ? [{}] : [],
  };
}

/** What cloud-init was told, as far as the state before names it. */
export function readInitialization(
  config: Config,
  before: ObjectValue,
): ObjectValue {
  const drive = Object.values(config).find(value =>
    /cloudinit/.test(String(value)),
  );
  const properties = parseProperties(drive);
  const volume = properties.first || properties.file || '';
  const result: ObjectValue = { ...before };
  if (volume) result.datastore_id = volume.split(':')[0];
  if (blocks(before.ip_config).length > 0) {
    // An address stays when its card goes: the provider never deletes one, and shows it in every later plan.
    const numbers = Object.keys(config).map(name =>
      Number(/^ipconfig(\d+)$/.exec(name)?.[1] ?? -1),
    );
    const length = Math.max(...numbers) + 1;
    result.ip_config = Array.from({ length }, (_, index) => {
      const found = parseProperties(config[`ipconfig${index}`]);
      const family = (address?: string, gateway?: string): Value =>
        address || gateway
          ? [{ address: address ?? null, gateway: gateway ?? null }]
          : [];
      return {
        ipv4: family(found.ip, found.gw),
        ipv6: family(found.ip6, found.gw6),
      };
    });
  }
  if (block(before.dns)) {
    const servers = String(config.nameserver ?? '')
      .split(' ')
      .filter(Boolean);
    const domain = (config.searchdomain as string | undefined) ?? null;
    result.dns =
      servers.length || domain
        ? [{ ...block(before.dns), servers, domain }]
        : [];
  }
  const account = block(before.user_account);
  if (account) {
    const keys = decodeURIComponent(String(config.sshkeys ?? ''))
      .split('\n')
      .filter(Boolean);
    result.user_account = [
      {
        ...account,
        username: (config.ciuser as string | undefined) ?? null,
        keys: keys.length ? keys : null,
      },
    ];
  }
  return result;
}

import type { Identity } from '../access';
import type { Cluster } from '../cluster';
import { died } from '../failure';
import { parseProperties, printProperties } from '../propertyString';
import type { GuestKind } from '../state';

const models = new Set([
  'virtio',
  'e1000',
  'e1000-82540em',
  'e1000-82544gc',
  'e1000-82545em',
  'e1000e',
  'i82551',
  'i82557b',
  'i82559er',
  'ne2k_isa',
  'ne2k_pci',
  'pcnet',
  'rtl8139',
  'vmxnet3',
]);

/** A card of a guest, read from its configuration. */
export interface Card {
  index: number;
  mac: string;
  bridge: string;
  vlan: number | null;
  properties: Record<string, string>;
}

/** A locally unique MAC address with Proxmox's prefix. */
export function newMac(cluster: Cluster): string {
  const part = () =>
    cluster.random.integer(0, 255).toString(16).padStart(2, '0').toUpperCase();
  return `BC:24:11:${part()}:${part()}:${part()}`;
}

/**
 * A card as the configuration keeps it, with a MAC address of its own.
 *
 * @param before - the same card until now, whose address is kept
 */
export function normalCard(
  cluster: Cluster,
  kind: GuestKind,
  text: string,
  before?: string,
): string {
  const given = parseProperties(text, kind === 'qemu' ? 'model' : undefined);
  const known = before ? cardOf(kind, 0, before).mac : undefined;
  if (kind === 'lxc') {
    const { name, ...rest } = given;
    const complete = {
      ...rest,
      hwaddr: (given.hwaddr ?? known ?? newMac(cluster)).toUpperCase(),
      type: given.type ?? 'veth',
    };
    return `name=${name ?? 'eth0'},${printProperties(complete)}`;
  }
  const model =
    given.model ?? Object.keys(given).find(key => models.has(key)) ?? 'virtio';
  const mac = given.macaddr || given[model] || known || newMac(cluster);
  const { model: _model, macaddr: _mac, [model]: _same, ...rest } = given;
  const others = printProperties(rest);
  return `${model}=${mac.toUpperCase()}${others ? `,${others}` : ''}`;
}

/** Reads a card. */
export function cardOf(kind: GuestKind, index: number, text: string): Card {
  const properties = parseProperties(text, 'model');
  const model = Object.keys(properties).find(key => models.has(key));
  const mac = kind === 'lxc' ? properties.hwaddr : properties[model ?? ''];
  return {
    index,
    mac: mac ?? '',
    bridge: properties.bridge ?? '',
    vlan: properties.tag ? Number(properties.tag) : null,
    properties,
  };
}

/** All cards of a configuration, in order. */
export function cardsOf(
  kind: GuestKind,
  config: Record<string, string | number>,
): Card[] {
  return Object.keys(config)
    .filter(key => /^net\d+$/.test(key))
    .map(key => cardOf(kind, Number(key.slice(3)), String(config[key])))
    .sort((a, b) => a.index - b.index);
}

/**
 * Checks that the bridge exists and may be used with its VLAN.
 *
 * @throws ApiFailure 403 without `SDN.Use`, 500 without such a bridge
 */
export function requireBridge(
  cluster: Cluster,
  by: Identity,
  kind: GuestKind,
  text: string,
): void {
  const { bridge, vlan } = cardOf(kind, 0, text);
  if (bridge === '') return;
  const path = `/sdn/zones/localnetwork/${bridge}${vlan === null ? '' : `/${vlan}`}`;
  cluster.access.require(by, path, ['SDN.Use']);
  if (bridge !== 'vmbr0') throw died(`bridge '${bridge}' does not exist`);
}

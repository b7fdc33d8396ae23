import type { GuestOptions } from '@nante/clients';
import type { Environment, TemplateRequest } from '@nante/model';
import { markedDescription, templateTags } from './mark';
import type { TemplateImage } from './image';

/** Where a template is made, and from what: everything that was chosen. */
export interface TemplatePlan {
  node: string;
  storage: string;
  image: TemplateImage;
  /** Network of the environment. */
  network: Environment;
  /** Public key that logs in. */
  publicKey: string;
  /** Login user of a virtual machine. */
  user: string;
  /** `/dev/net/tun` is meant to be there, by root's password. */
  rootPassword?: string;
}

/** A network card's VLAN in Proxmox's words. */
const tag = ({ vlan }: Environment) => (vlan === null ? '' : `,tag=${vlan}`);

/** Size of a container's disk unless the request says one, GiB. */
const containerGb = 4;

/**
 * The guest as it is made, in Proxmox's own words.
 *
 * @param address - in CIDR notation; null for DHCP
 */
export function newGuest(
  request: TemplateRequest,
  plan: TemplatePlan,
  address: string | null,
): GuestOptions {
  const { storage, image, network, publicKey } = plan;
  const { nameservers, domain, gateway } = network;
  const common: GuestOptions = {
    description: markedDescription(request, image.mark),
    tags: templateTags(request),
    onboot: 0,
    ...(nameservers.length > 0 && address
      ? { nameserver: nameservers.join(' ') }
      : {}),
    ...(domain ? { searchdomain: domain } : {}),
  };
  const ip = address ? `ip=${address},gw=${gateway}` : 'ip=dhcp';
  if (request.kind === 'lxc')
    return {
      ...common,
      hostname: request.name,
      ostemplate: image.volumeId,
      rootfs: `${storage}:${request.diskGb ?? containerGb}`,
      cores: 1,
      memory: 512,
      swap: 512,
      unprivileged: 1,
      features: 'nesting=1',
      net0: containerCard(network, ip),
      'ssh-public-keys': publicKey,
    };
  return {
    ...common,
    name: request.name,
    ostype: 'l26',
    cpu: 'x86-64-v2-AES',
    cores: 2,
    memory: 2048,
    scsihw: 'virtio-scsi-single',
    scsi0: `${storage}:0,import-from=${image.volumeId},discard=on`,
    ide2: `${storage}:cloudinit`,
    boot: 'order=scsi0',
    serial0: 'socket',
    vga: 'serial0',
    agent: '1',
    net0: `virtio,bridge=${network.bridge}${tag(network)}`,
    ipconfig0: ip,
    ciuser: plan.user,
    // Proxmox wants the value encoded once more than its form is.
    sshkeys: encodeURIComponent(publicKey),
  };
}

/** What of the making has to go before the guest is a template. */
export function finishedGuest(
  { kind }: Pick<TemplateRequest, 'kind'>,
  { network }: Pick<TemplatePlan, 'network'>,
  raw: Record<string, string | number>,
): GuestOptions {
  const gone = ['nameserver', 'searchdomain', 'ciuser', 'sshkeys'].filter(
    name => raw[name] !== undefined,
  );
  return {
    ...(gone.length > 0 ? { delete: gone.join(',') } : {}),
    ...(kind === 'vm'
      ? { ipconfig0: 'ip=dhcp' }
      : { net0: containerCard(network, 'ip=dhcp') }),
  };
}

function containerCard(network: Environment, ip: string): string {
  return `name=eth0,bridge=${network.bridge}${tag(network)},${ip},type=veth`;
}

import type {
  DesiredHost,
  InfrastructureConfig,
  ProvisionRequest,
} from '@nante/model';
import type { Placement } from '../placement/placement';
import type { ResolvedSize } from '../policy/policy';
import { environmentFor } from './network';

/**
 * The desired host of a request.
 *
 * @param address - claimed from the pool, null with DHCP
 * @param automationKeys - keys that go into every host beside those of the request
 */
export function desiredHost(
  config: InfrastructureConfig,
  request: ProvisionRequest,
  size: ResolvedSize,
  placement: Placement,
  vmId: number,
  address: string | null,
  automationKeys: readonly string[],
): DesiredHost {
  const environment = environmentFor(config, request);
  const { image } = placement;
  const prefix = environment.subnet.split('/')[1];
  const keys = [...request.sshKeys, ...automationKeys].map(key => key.trim());
  return {
    kind: request.kind,
    request_id: request.requestId,
    owner: request.owner,
    node: placement.node,
    vm_id: vmId,
    cores: size.cores,
    memory_mb: size.memoryMb,
    disk_gb: size.diskGb,
    storage: placement.storage,
    image: {
      template_vm_id: request.kind === 'vm' ? image.templateVmId : null,
      ...(request.kind === 'lxc' && image.templateVmId !== null
        ? { template_ct_id: image.templateVmId }
        : {}),
      template_node: image.templateVmId === null ? null : image.templateNode,
      full_clone: placement.fullClone,
      template_file: image.templateFile,
      os_type: image.osType,
    },
    network: {
      bridge: environment.bridge,
      vlan: environment.vlan,
      address: address === null ? 'dhcp' : `${address}/${prefix}`,
      gateway: address === null ? null : environment.gateway,
      nameservers: environment.nameservers,
      domain: environment.domain ?? null,
    },
    user: config.policy.user,
    ssh_keys: [...new Set(keys)],
    tags: [],
    pool: null,
    agent: image.agent,
    ...(request.roles?.length ? { roles: request.roles } : {}),
    ...(request.target ? { target: request.target } : {}),
  };
}

/** Address of the host's module in the Terraform root. */
export function moduleAddress(
  name: string,
  host: Pick<DesiredHost, 'kind'>,
): string {
  return `module.${host.kind}["${name}"]`;
}

/** Address of the guest's resource in the Terraform root. */
export function resourceAddress(
  name: string,
  host: Pick<DesiredHost, 'kind'>,
): string {
  const type =
    host.kind === 'vm'
      ? 'proxmox_virtual_environment_vm'
      : 'proxmox_virtual_environment_container';
  return `${moduleAddress(name, host)}.${type}.this`;
}

/** Who logs in to a guest by SSH: containers are entered as root. */
export function loginUser(host: Pick<DesiredHost, 'kind' | 'user'>): string {
  return host.kind === 'lxc' ? 'root' : host.user;
}

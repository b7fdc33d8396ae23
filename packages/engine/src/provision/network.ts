import type {
  Environment,
  InfrastructureConfig,
  ProvisionRequest,
} from '@nante/model';

/**
 * The environment as a host of this request finds it: in another VLAN the pool, gateway and name servers of the
 * environment are not there, and DHCP says what is.
 */
export function environmentFor(
  config: InfrastructureConfig,
  { environment: name, vlan }: Pick<ProvisionRequest, 'environment' | 'vlan'>,
): Environment {
  const environment = config.environments[name];
  if (vlan === undefined || vlan === environment.vlan) return environment;
  return {
    ...environment,
    vlan,
    addressing: { type: 'dhcp' },
    nameservers: [],
  };
}

/** Why a VLAN cannot be had in an environment, with those that can; undefined when it can. */
export function vlanProblem(
  config: InfrastructureConfig,
  { environment: name, vlan }: Pick<ProvisionRequest, 'environment' | 'vlan'>,
): string | undefined {
  const { vlan: own, otherVlans } = config.environments[name];
  if (vlan === undefined || vlan === own || otherVlans.includes(vlan))
    return undefined;
  const others = otherVlans.length > 0 ? `, or ${otherVlans.join(', ')}` : '';
  return `The VLAN ${vlan} is not one of ${name}; leave it out for ${own === null ? 'the untagged network' : `its own, ${own}`}${others}.`;
}

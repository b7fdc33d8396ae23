import { infrastructureConfigSchema } from '@nante/model';

/** Configuration of a site with one environment that deploys by Octopus, from Nexus. */
export const deliverySite = infrastructureConfigSchema.parse({
  connections: {
    lab: { type: 'proxmox' },
    octopus: { type: 'octopus' },
    nexus: { type: 'nexus' },
  },
  environments: {
    dev: {
      title: 'Development',
      connection: 'lab',
      octopus: 'octopus',
      octopusEnvironment: 'Development',
      vlan: null,
      subnet: '10.30.0.0/24',
      gateway: '10.30.0.1',
      addressing: { type: 'dhcp' },
      sizes: ['small'],
    },
  },
  sizes: { small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 } },
});

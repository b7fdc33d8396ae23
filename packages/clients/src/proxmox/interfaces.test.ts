import { agentInterfacesSchema, containerInterfacesSchema } from './guests';

describe('the interfaces of a guest', () => {
  it('begin with its network cards: whoever logs in comes from their network', () => {
    const address = (ip: string, type: string) => ({
      'ip-address': ip,
      'ip-address-type': type,
      prefix: 24,
    });
    const vm = agentInterfacesSchema.parse({
      result: [
        {
          name: 'tailscale0',
          'ip-addresses': [address('100.64.0.7', 'ipv4')],
        },
        {
          name: 'docker0',
          'hardware-address': '02:42:ac:11:00:01',
          'ip-addresses': [address('172.17.0.1', 'ipv4')],
        },
        {
          name: 'ens18',
          'hardware-address': 'bc:24:11:00:00:01',
          'ip-addresses': [address('10.30.0.14', 'ipv4')],
        },
      ],
    });
    expect(vm.map(({ name }) => name)).toEqual([
      'ens18',
      'tailscale0',
      'docker0',
    ]);
    const container = containerInterfacesSchema.parse([
      {
        name: 'br-6f1d',
        'hardware-address': '02:42:ac:12:00:01',
        'ip-addresses': [address('172.18.0.1', 'inet')],
      },
      {
        name: 'eth0',
        'hardware-address': 'bc:24:11:00:00:02',
        'ip-addresses': [address('10.30.0.15', 'inet')],
      },
    ]);
    expect(container?.map(({ name }) => name)).toEqual(['eth0', 'br-6f1d']);
  });
});

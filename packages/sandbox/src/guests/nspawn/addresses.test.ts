import { leaseAddress, subnetOfVlan, toAddress } from './addresses';
import { parseDeb822, parseSourcesList } from './sources';

describe('Addresses in the lab', () => {
  it('Each VLAN has a subnet of its own', () => {
    const networks = Array.from({ length: 4094 }, (_, index) =>
      toAddress(subnetOfVlan(index + 1).base),
    );
    expect(networks[29]).toBe('10.30.0.0');
    expect(networks[285]).toBe('10.30.1.0');
    expect(toAddress(subnetOfVlan(null).base)).toBe('10.0.0.0');
    expect(new Set(networks).size).toBe(4094);
  });

  it('A card keeps its address, and a full network is said', () => {
    const subnet = subnetOfVlan(30);
    const leases: Record<string, string> = {};
    const lease = (mac: string) =>
      leaseAddress(leases, mac, subnet, new Set(['10.30.0.100']));
    expect(lease('BC:24:11:00:00:01')).toBe('10.30.0.101');
    expect(lease('BC:24:11:00:00:02')).toBe('10.30.0.102');
    expect(lease('bc:24:11:00:00:01')).toBe('10.30.0.101');
    expect(() => {
      for (let card = 0; card < 200; card += 1) lease(`card-${card}`);
    }).toThrow('No free address is left in 10.30.0.0/24');
  });
});

describe('The machine’s package sources', () => {
  it('Both formats are read, disabled and commented entries are not', () => {
    const main = {
      uri: 'http://mirror.example/debian',
      suite: 'bookworm',
      components: ['main', 'contrib'],
    };
    expect(
      parseSourcesList(
        'deb [arch=amd64] http://mirror.example/debian bookworm main contrib # ours\n# deb http://x y z\ndeb-src http://x y z\n',
      ),
    ).toEqual([main]);
    expect(
      parseDeb822(
        'Types: deb\n# a remark\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\n\nTypes: deb\nEnabled: no\nURIs: http://x\nSuites: y\nComponents: z\n',
      ),
    ).toEqual([main, { ...main, suite: 'bookworm-updates' }]);
  });
});

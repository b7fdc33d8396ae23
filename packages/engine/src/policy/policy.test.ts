import {
  infrastructureConfigSchema,
  type ProvisionRequest,
} from '@nante/model';
import { checkPolicy } from './policy';

const config = infrastructureConfigSchema.parse({
  connections: { lab: { type: 'proxmox' } },
  environments: {
    dev: {
      title: 'Development',
      connection: 'lab',
      vlan: 30,
      subnet: '10.30.0.0/24',
      gateway: '10.30.0.1',
      addressing: { type: 'dhcp' },
      sizes: ['small', 'large'],
    },
  },
  sizes: {
    small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 },
    large: {
      title: 'Large',
      cores: 4,
      memoryMb: 8192,
      diskGb: 50,
      restricted: true,
    },
  },
});

it('lets only operators have a restricted size, by its name or by its figures', () => {
  const problem = (change: Partial<ProvisionRequest>) =>
    checkPolicy(
      config,
      {
        requestId: 'request-0001',
        requestedBy: 'user:default/ada',
        operator: false,
        kind: 'vm',
        name: 'web-1',
        app: 'shop',
        environment: 'dev',
        owner: 'group:default/shop',
        size: 'custom',
        cores: 3,
        memoryMb: 4096,
        diskGb: 49,
        sshKeys: [],
        allowChange: false,
        ...change,
      },
      0,
    ).find(({ id }) => id === 'size')?.message;

  expect(problem({})).toBeUndefined();
  for (const change of [{ cores: 4 }, { memoryMb: 8192 }, { diskGb: 50 }]) {
    expect(problem(change)).toContain(
      'reaches the size large, which only operators may ask for',
    );
    expect(problem({ ...change, operator: true })).toBeUndefined();
  }
  const named = { size: 'large', cores: 4, memoryMb: 8192, diskGb: 50 };
  expect(problem(named)).toContain('Only operators may ask for the size large');
  expect(problem({ ...named, operator: true })).toBeUndefined();
});

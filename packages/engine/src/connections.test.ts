import { infrastructureConfigSchema } from '@nante/model';
import { nexusFor, octopusFor } from './connections';

const change = { change: true };
const environment = {
  title: 'Development',
  connection: 'pve',
  vlan: 30,
  subnet: '10.30.0.0/24',
  gateway: '10.30.0.1',
  addressing: { type: 'dhcp' },
  sizes: ['small'],
};
const configOf = (connections: Record<string, unknown>, octopus?: string) =>
  infrastructureConfigSchema.parse({
    connections: { pve: { type: 'proxmox' }, ...connections },
    environments: { dev: { ...environment, octopus } },
    sizes: { small: { title: 'S', cores: 1, memoryMb: 512, diskGb: 5 } },
  });
const two = configOf(
  {
    deploy: { type: 'octopus' },
    archive: { type: 'octopus', readOnly: true },
    nexus: { type: 'nexus' },
  },
  'deploy',
);

it('the named connection comes before that of the environment, and that before the only one', () => {
  const dev = { environment: 'dev' };
  const look = { change: false };
  expect(octopusFor(two, dev, change).name).toBe('deploy');
  const archive = { ...dev, connection: 'archive' };
  expect(octopusFor(two, archive, look).name).toBe('archive');
  const one = configOf({ only: { type: 'octopus' } });
  expect(octopusFor(one, { environment: 'moon' }, change).name).toBe('only');
  expect(nexusFor(two, {}, change).name).toBe('nexus');
});

it.each<[string, () => unknown, string, string]>([
  [
    'several and none named',
    () => octopusFor(two, {}, change),
    'There are 2 Octopus connections, and the request names none.',
    'Name one of deploy, archive.',
  ],
  [
    'a connection of another type',
    () => octopusFor(two, { connection: 'nexus' }, change),
    'There is no Octopus connection "nexus".',
    'Name one of deploy, archive.',
  ],
  [
    'none of the type',
    () => nexusFor(configOf({}), {}, change),
    'There is no Nexus connection.',
    'Add a connection of type nexus under infrastructure.connections.',
  ],
])('%s is said with what to do', (_, act, message, hint) => {
  expect(act).toThrow(
    expect.objectContaining({ code: 'invalid-input', message, hint }),
  );
});

it('a read-only connection refuses changes and nothing else', () => {
  const archive = { connection: 'archive' };
  expect(() => octopusFor(two, archive, change)).toThrow(
    expect.objectContaining({
      code: 'refused',
      message:
        'The connection archive is read-only: nothing can be changed in this Octopus.',
    }),
  );
  expect(octopusFor(two, archive, { change: false }).name).toBe('archive');
});

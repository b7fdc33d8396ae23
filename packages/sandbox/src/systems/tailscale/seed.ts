import { deviceIdentity, labelOf } from './identity';
import type { DeviceRecord } from './state';

/** Machines that were there before: one is long unseen, one has a name that was taken. */
const seeded: (Pick<DeviceRecord, 'hostname' | 'tags' | 'created'> &
  Partial<DeviceRecord>)[] = [
  {
    hostname: 'runner-1',
    tags: ['tag:server'],
    created: '2026-01-08T09:12:40Z',
  },
  {
    hostname: 'backup-1',
    tags: ['tag:office'],
    created: '2026-01-08T10:03:11Z',
  },
  {
    hostname: 'backup-1',
    label: 'backup-1-1',
    tags: ['tag:office'],
    created: '2026-01-19T15:47:02Z',
    lastSeen: '2026-02-11T06:30:27Z',
    pretendsOnline: false,
  },
  {
    hostname: 'Ada-Laptop',
    tags: [],
    user: 'ada@sandbox.test',
    created: '2026-01-12T07:55:30Z',
    os: 'macOS',
    distro: undefined,
  },
];

/** The devices of the seeded company. */
export function seededDevices(seed: number): DeviceRecord[] {
  return seeded.map((device, index) => ({
    ...deviceIdentity(seed, index + 1),
    label: labelOf(device.hostname),
    user: 'tagged-devices',
    authorized: true,
    isEphemeral: false,
    sshEnabled: false,
    os: 'linux',
    clientVersion: '1.96.4',
    distro: { name: 'debian', version: '12', codeName: 'bookworm' },
    machineKey: `mkey:seeded-${index + 1}`,
    pretendsOnline: true,
    ...device,
  }));
}

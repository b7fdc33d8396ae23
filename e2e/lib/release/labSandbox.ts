import fs from 'node:fs';
import { type Endpoints, startSandbox } from '@nante/sandbox';
import { type Place, places } from './door';

/** A sandbox with booted guests, in this process. */
export async function startLabSandbox(
  undo: (() => unknown)[],
  dataDir: string,
): Promise<Endpoints> {
  const sandbox = await startSandbox({ dataDir, guests: 'nspawn' });
  undo.push(() => sandbox.stop());
  return sandbox.endpoints;
}

const vlans: Record<Place, number> = { dev: 1166, staging: 1167 };

/** Writes the configuration of a site with two environments that deploy. */
export function writeConfiguration(file: string): void {
  const environments = Object.entries(vlans).map(([name, vlan]) => {
    const net = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;
    return [
      name,
      {
        ...{ title: places[name as Place], vlan, connection: 'lab' },
        ...{ octopus: 'octopus', octopusEnvironment: places[name as Place] },
        ...{ subnet: `${net}.0/24`, gateway: `${net}.1`, sizes: ['small'] },
        addressing: { type: 'pool', from: `${net}.100`, to: `${net}.149` },
      },
    ] as const;
  });
  fs.writeFileSync(
    file,
    JSON.stringify({
      connections: {
        lab: { type: 'proxmox' },
        octopus: { type: 'octopus' },
        nexus: { type: 'nexus' },
      },
      environments: Object.fromEntries(environments),
      sizes: {
        small: { title: 'Small', cores: 1, memoryMb: 512, diskGb: 10 },
      },
    }),
  );
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { createEngine, type Engine } from '@nante/engine';
import { createDopplerSource } from '@nante/clients';
import type { Endpoints } from '@nante/sandbox';
import { root } from '../../scripts/lib/paths.mjs';

/**
 * An engine in the scenario's own process, as the command line has one: it knows nothing of the portal but the bucket.
 *
 * @param workDirectory - of its own
 */
export function openSecondDoor(
  endpoints: Endpoints,
  workDirectory: string,
): Engine {
  const { doppler, proxmox, s3, terraformProvider, guests } = endpoints;
  const bin = path.join(root, '.tools/python/bin');
  return createEngine({
    secrets: createDopplerSource({
      token: String(doppler?.token),
      apiHost: doppler?.url,
      caFile: doppler?.ca,
    }),
    workDirectory,
    terraformRoot: path.join(root, 'terraform'),
    terraform: {
      binary: 'terraform',
      tool: 'terraform',
      provider: {
        type: 'stand-in',
        control: String(terraformProvider?.control),
        sandboxUrl: String(proxmox?.url),
      },
    },
    ansible: existsSync(path.join(bin, 'ansible-playbook'))
      ? { bin, project: path.join(root, 'ansible') }
      : undefined,
    stateCaFile: s3?.ca,
    sandboxGuests: guests?.driver,
  });
}

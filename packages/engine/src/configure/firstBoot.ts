import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { guestsAreRecords, playOnHosts } from './playOnHosts';
import type { SoftwareTools } from './software';
import { playHostOf, type ConfigurableHost } from './targets';

/**
 * Runs a person's script once in a new container, as root. A repeat finds that it has run, and runs it no more.
 *
 * @returns how it went, in one sentence
 */
export async function runFirstBoot(
  run: Run,
  lease: Lease,
  input: { host: ConfigurableHost; script: string; tools: SoftwareTools },
): Promise<string> {
  const { host, script, tools } = input;
  const target = guestsAreRecords(run)
    ? { name: host.name, address: '192.0.2.1', user: 'root' }
    : await playHostOf(run, host);
  await lease.assertHeld();
  const { changes, pretended } = await playOnHosts(run, {
    playbook: 'first_boot.yml',
    hosts: [target],
    variables: {
      first_boot_script: script,
      first_boot_request: host.entry.requestId,
    },
    dryRun: false,
    roles: [],
    tools,
  });
  if (pretended) return 'Read and listed only: the guests are records.';
  // The playbook sees to Python as well, which is no run of the script.
  return changes.some(({ task }) => task === 'Run the script')
    ? 'The script ran to its end.'
    : 'The script had run before; it is not run again.';
}

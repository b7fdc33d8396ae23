import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startSandbox,
  type SystemEndpoint,
  type SystemName,
} from '@nante/sandbox';

/** One stand-in of the sandbox, with faults on command. */
export interface TestSystem {
  endpoint: SystemEndpoint;
  fault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  stop(): Promise<void>;
}

/** @param beside - others that must be there too: Doppler holds the credentials of those that run */
export async function startSystem(
  name: SystemName,
  beside: SystemName[] = [],
): Promise<TestSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'nante-clients-'));
  const sandbox = await startSandbox({
    dataDir: folder,
    systems: [name, ...beside],
  });
  const endpoint = sandbox.endpoints[name] as SystemEndpoint;
  const faults = `${endpoint.control}/faults`;
  return {
    endpoint,
    async fault(fault) {
      const response = await fetch(faults, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async clearFaults() {
      await fetch(faults, { method: 'DELETE' });
    },
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

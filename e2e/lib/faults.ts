import type { Endpoints } from '@nante/sandbox';

type FaultySystem = 'proxmox' | 's3' | 'tailscale' | 'openobserve';

/** Sets a fault of a stand-in, for example `{ kind: 'empty' }`. */
export async function setFault(
  endpoints: Endpoints,
  system: FaultySystem,
  fault: { kind: string } & Record<string, unknown>,
): Promise<void> {
  await control(endpoints, system, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
}

/** Takes back every fault of a stand-in. */
export async function clearFaults(
  endpoints: Endpoints,
  system: FaultySystem,
): Promise<void> {
  await control(endpoints, system, { method: 'DELETE' });
}

async function control(
  endpoints: Endpoints,
  system: FaultySystem,
  init: RequestInit,
): Promise<void> {
  const response = await fetch(`${endpoints[system]?.control}/faults`, init);
  if (!response.ok) {
    throw new Error(`faults: ${response.status} ${await response.text()}`);
  }
}

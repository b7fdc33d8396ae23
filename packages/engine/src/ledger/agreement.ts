import type { ProxmoxApi, ProxmoxGuest } from '@nante/clients';
import {
  NanteError,
  parseStamp,
  type DesiredHost,
  type LedgerEntry,
  type Stamp,
} from '@nante/model';

/** What must agree before a guest is adopted, changed or destroyed. */
export interface Claimed {
  app: string;
  environment: string;
  name: string;
  desired: Pick<DesiredHost, 'vm_id' | 'request_id' | 'kind'>;
  entry: LedgerEntry | undefined;
}

/** The guest with an id, wherever it runs now; guests migrate, so the node is looked up each time. */
export async function findGuest(
  proxmox: ProxmoxApi,
  vmId: number,
): Promise<ProxmoxGuest | undefined> {
  const { guests } = await proxmox.resources();
  return guests.find(guest => guest.vmId === vmId);
}

/**
 * Proves that a guest is ours: its stamp, its id and the ledger agree. A tag or a name proves nothing.
 *
 * @throws NanteError `refused` that says which of them disagreed
 */
export async function assertOurs(
  proxmox: ProxmoxApi,
  guest: ProxmoxGuest,
  claimed: Claimed,
): Promise<void> {
  const config = await proxmox.guestConfig(guest.node, guest.kind, guest.vmId);
  const problems = [
    ...stampProblems(parseStamp(config.description), claimed),
    ...ledgerProblems(guest, claimed),
  ];
  if (problems.length === 0) return;
  throw new NanteError(
    'refused',
    `${guest.kind} ${guest.vmId} on ${guest.node} is not provably ours: ${problems.join('; ')}.`,
    {
      hint: 'Look at the guest in Proxmox. Nothing is adopted or destroyed unless its stamp, its id and our ledger agree.',
      details: { problems },
    },
  );
}

/** Problem of a guest that bears no stamp at all. */
export const noStamp = 'its description bears no stamp';

function stampProblems(stamp: Stamp | undefined, claimed: Claimed): string[] {
  if (!stamp) return [noStamp];
  const wanted: Stamp = {
    app: claimed.app,
    environment: claimed.environment,
    host: claimed.name,
    requestId: claimed.desired.request_id,
  };
  return (Object.keys(wanted) as (keyof Stamp)[])
    .filter(key => stamp[key] !== wanted[key])
    .map(key => `its stamp says ${key} ${stamp[key]}, not ${wanted[key]}`);
}

function ledgerProblems(
  guest: ProxmoxGuest,
  { desired, entry }: Claimed,
): string[] {
  if (!entry) return ['the ledger has no open entry for it'];
  const problems: string[] = [];
  if (entry.outsideId !== String(guest.vmId))
    problems.push(`the ledger says id ${entry.outsideId}, not ${guest.vmId}`);
  if (entry.kind !== guest.kind)
    problems.push(`the ledger says ${entry.kind}, not ${guest.kind}`);
  if (entry.requestId !== desired.request_id)
    problems.push(
      `the ledger says request ${entry.requestId}, not ${desired.request_id}`,
    );
  return problems;
}

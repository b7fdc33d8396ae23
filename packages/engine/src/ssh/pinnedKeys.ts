import type { ProxmoxApi } from '@nante/clients';
import type { HostKind, LedgerEntry } from '@nante/model';
import { hostKeySchema, learnHostKeys } from '../ansible/hostKeys';
import type { CheckedHost } from '../ansible/inventory';
import { writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';

const keyFiles = ['ed25519', 'ecdsa', 'rsa'].map(
  type => `/etc/ssh/ssh_host_${type}_key.pub`,
);

/**
 * SSH host keys of a guest: those that the ledger has pinned; of a new one what its agent says, which nobody on the network
 * can forge; else what it shows at this first contact. New ones are pinned in its entry.
 *
 * @param tries - how often a host is asked, a second apart
 * @throws NanteError `unreachable` when no SSH server answers
 */
export async function pinnedHostKeys(
  run: Pick<Run, 'store' | 'recorder' | 'redactor' | 'signal'>,
  host: CheckedHost,
  entry: LedgerEntry,
  options: {
    tries: number;
    /** Whose ledger the entry stands in; that of the run unless given. */
    workspace?: string;
    /** Guest to ask by its agent. */
    guest?: { proxmox: ProxmoxApi; node: string; kind: HostKind; vmId: number };
  },
): Promise<string[]> {
  if (entry.hostKeys?.length) return entry.hostKeys;
  const { store, recorder, redactor, signal } = run;
  const byAgent = await askAgent(options.guest, signal);
  const [{ hostKeys }] = byAgent.length
    ? [{ hostKeys: byAgent }]
    : await learnHostKeys([host], { redactor, signal, tries: options.tries });
  await writeEntry(store, options.workspace ?? recorder.document.workspace, {
    ...entry,
    hostKeys,
    address: host.address,
  });
  recorder.log(
    'info',
    `The SSH host keys of ${host.name} are pinned, as ${byAgent.length ? 'its agent says' : 'it showed them at the first contact'}.`,
  );
  return hostKeys;
}

async function askAgent(
  guest:
    | { proxmox: ProxmoxApi; node: string; kind: HostKind; vmId: number }
    | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  if (guest?.kind !== 'vm') return [];
  const files = await Promise.all(
    keyFiles.map(path =>
      guest.proxmox
        .guestFile(guest.node, guest.vmId, path, { signal })
        // A guest that does not say it is asked over the network.
        .catch(() => undefined),
    ),
  );
  return files.flatMap(text => {
    const key = (text ?? '').trim().split(' ').slice(0, 2).join(' ');
    return hostKeySchema.safeParse(key).success ? [key] : [];
  });
}

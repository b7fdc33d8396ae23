import {
  NanteError,
  type DesiredHost,
  type DestroyRequest,
  type LedgerEntry,
} from '@nante/model';
import { assertOurs, findGuest, noStamp } from '../ledger/agreement';
import { openEntryOf, readLedger } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { moduleAddress } from '../provision/desired';
import { targetEntries } from '../register/targetEntries';
import { readHosts } from '../store/hosts';
import {
  guestsInState,
  isUnfinished,
  readState,
} from '../terraform/stateDocument';

/** What our records say about the host. */
export interface KnownHost {
  /** Undefined when it stands in the desired document no more. */
  desired?: DesiredHost;
  /** Open entry of the ledger. */
  entry?: LedgerEntry;
  /** It once was ours. */
  wasOurs: boolean;
  /** It may be a deployment target, or has left one behind. */
  isTarget: boolean;
  /** Its creation never ended: state, id and ledger agree, and it may lack its stamp. */
  isUnfinished: boolean;
}

/** The guest is gone, or it is provably ours. */
export async function assertDestroyable(
  run: Run,
  request: DestroyRequest,
  known: KnownHost,
): Promise<void> {
  const identity = identityOf(known);
  if (!identity) return;
  const proxmox = await connectionOf(run, request);
  const guest = await findGuest(proxmox, identity.vm_id);
  if (guest) {
    await assertOurs(proxmox, guest, {
      app: request.app,
      environment: request.environment,
      name: request.name,
      desired: identity,
      entry: known.entry,
    }).catch(error => {
      const problems = NanteError.is(error) ? error.details?.problems : [];
      const lacksStamp = `${problems}` === noStamp;
      if (!known.isUnfinished || !lacksStamp) throw error;
    });
    const { node, kind, vmId } = guest;
    // Terraform would stop it first and then be refused by Proxmox.
    const { raw } = await proxmox.guestConfig(node, kind, vmId);
    if (raw.protection === 1)
      throw new NanteError(
        'refused',
        `${request.name} (${kind} ${vmId}) is protected in Proxmox. It was neither stopped nor destroyed.`,
        {
          hint: 'Take the protection away in its options in Proxmox, or set protection to false in hosts.json and apply that. Then repeat the request.',
        },
      );
    return;
  }
  if (!(await proxmox.isIdFree(identity.vm_id)))
    throw new NanteError(
      'refused',
      `Guest ${identity.vm_id} exists, but our token may not see it, so nobody can say whether it is ours.`,
      {
        hint: 'Give the token VM.Audit on it, and repeat the request.',
      },
    );
}

/** Reads our records of a host. */
export async function knownHost(
  store: Run['store'],
  workspace: string,
  request: DestroyRequest,
): Promise<KnownHost> {
  const [document, entries, state] = await Promise.all([
    readHosts(store, workspace, request.app, request.environment),
    readLedger(store, workspace),
    readState(store, workspace).catch(() => undefined),
  ]);
  const desired = document.hosts[request.name];
  const entry = openEntryOf(entries, request.name);
  const module = moduleAddress(request.name, {
    kind: desired?.kind ?? (entry?.kind === 'lxc' ? 'lxc' : 'vm'),
  });
  return {
    desired,
    entry,
    isTarget: targetEntries(entries, request.name).length > 0,
    isUnfinished: isUnfinished(entry, guestsInState(state, module)),
    wasOurs:
      Boolean(desired) || entries.some(({ host }) => host === request.name),
  };
}

/** Id, kind and request of a host that may exist; from the ledger where the desired document has lost it. */
export function identityOf({
  desired,
  entry,
}: KnownHost): Pick<DesiredHost, 'vm_id' | 'request_id' | 'kind'> | undefined {
  if (desired) return desired;
  return (
    entry && {
      vm_id: Number(entry.outsideId),
      request_id: entry.requestId,
      kind: entry.kind === 'lxc' ? 'lxc' : 'vm',
    }
  );
}

/** The Proxmox of the host's environment. */
export async function connectionOf(
  { context, config }: Run,
  request: DestroyRequest,
) {
  return context.proxmox(config.environments[request.environment].connection);
}

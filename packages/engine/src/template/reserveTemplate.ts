import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxmoxApi, ProxmoxResources } from '@nante/clients';
import {
  NanteError,
  type LedgerEntry,
  type TemplateRequest,
} from '@nante/model';
import { assertOurs, findGuest } from '../ledger/agreement';
import {
  guestEntryId,
  openEntryOf,
  readLedger,
  writeEntry,
} from '../ledger/ledger';
import { throwIfCancelled } from '../cancel';
import type { Aftermath, Run } from '../operation/executeRun';
import { releaseHost, reserveVmId } from '../provision/reserve';
import { claimAddress } from '../reservations/addresses';
import {
  claim,
  release,
  vmIdKey,
  type ReservationOwner,
} from '../reservations/reservations';
import type { FoundTemplate } from './checkTemplate';
import type { TemplatePlan } from './guestOptions';
import { templatesApp } from './mark';

/** Milliseconds that Proxmox may take to end what an earlier run asked for. */
const earlierMs = 1_800_000;

/** What the making of a template has claimed. */
export interface ReservedTemplate {
  vmId: number;
  /** Address in CIDR notation while it is made; null for DHCP. */
  cidr: string | null;
  entry: Omit<LedgerEntry, 'state' | 'updatedAt'>;
  /** Gives id and address back: a template needs neither claim, since it stands in Proxmox and never runs. */
  release(): Promise<void>;
}

/**
 * Under the lock: removes what an earlier try left half made, and claims an id and an address.
 *
 * @param onFailure - told what takes away what is made from here on
 * @throws NanteError `refused` where a half-made guest is not provably ours, `conflict` where the id is taken
 */
export async function reserveTemplate(
  run: Run,
  request: TemplateRequest,
  place: {
    proxmox: ProxmoxApi;
    plan: TemplatePlan;
    found: FoundTemplate | undefined;
    resources: ProxmoxResources;
  },
  onFailure: (look: Aftermath) => void,
): Promise<ReservedTemplate> {
  const { recorder, store, config } = run;
  const { workspace, reserved: earlier } = recorder.document;
  const { proxmox, plan, found } = place;
  const { connection } = config.environments[request.environment];
  if (found) {
    const entry = openEntryOf(await readLedger(store, workspace), request.name);
    recorder.log(
      'warn',
      `${found.guest.kind} ${found.guest.vmId} was left half made by an earlier run; removing it and making it anew.`,
    );
    await remove(run, request, proxmox, found.guest.vmId, entry);
    if (entry)
      await release(store, vmIdKey(connection, found.guest.vmId), {
        workspace,
        host: request.name,
        requestId: entry.requestId,
      });
  }
  const owner: ReservationOwner = {
    workspace,
    host: request.name,
    requestId: request.requestId,
  };
  const held: { vmId?: number; address?: string | null } = {
    vmId: earlier?.vmId,
    address: earlier?.address,
  };
  const giveBack = async () => {
    const { vmId: id, address = null } = held;
    // Nothing has an address that has no id.
    if (id)
      await releaseHost(run, owner, request.environment, { vmId: id, address });
  };
  onFailure(() => cleanUp(run, request, proxmox, held.vmId, giveBack));
  held.vmId = request.vmId
    ? await claimId(run, request.vmId, connection, owner, proxmox)
    : await reserveVmId(run, request, owner, place.resources);
  const { vmId } = held;
  if (!request.address)
    held.address = await claimAddress(
      store,
      request.environment,
      plan.network,
      owner,
      earlier?.address,
      chosen => {
        held.address = chosen;
        return recorder.update({ reserved: { vmId, address: chosen } });
      },
    );
  const [, prefix] = plan.network.subnet.split('/');
  const pooled = held.address ? `${held.address}/${prefix}` : null;
  return {
    vmId,
    cidr: request.address ?? pooled,
    release: giveBack,
    entry: {
      id: guestEntryId(connection, request.kind, vmId),
      system: 'proxmox',
      connection,
      kind: request.kind,
      outsideId: String(vmId),
      host: request.name,
      requestId: request.requestId,
      runId: recorder.document.id,
      undo: `Remove the template ${request.name} on ${plan.node}: ${request.kind === 'vm' ? 'qm' : 'pct'} destroy ${vmId}`,
    },
  };
}

/**
 * Waits until Proxmox has ended what an earlier run, which died meanwhile, had asked it for: only then it can be seen what
 * that guest is.
 */
export async function awaitEarlier(
  { recorder, store, signal }: Run,
  { name }: TemplateRequest,
  proxmox: ProxmoxApi,
): Promise<void> {
  const { workspace } = recorder.document;
  const entry = openEntryOf(await readLedger(store, workspace), name);
  if (entry?.state !== 'intended') return;
  const end = Date.now() + earlierMs;
  while (Date.now() < end) {
    throwIfCancelled(signal);
    const guest = await findGuest(proxmox, Number(entry.outsideId));
    if (!guest) return;
    const at = [guest.node, guest.kind, guest.vmId] as const;
    const { lock } = await proxmox.guestStatus(...at, { signal });
    if (!lock) return;
    await sleep(1_000);
  }
}

/** After a failure: nothing half made stays, or it is said. */
async function cleanUp(
  run: Run,
  request: TemplateRequest,
  proxmox: ProxmoxApi,
  vmId: number | undefined,
  giveBack: () => Promise<void>,
): Promise<string[]> {
  const { recorder, store } = run;
  const { workspace } = recorder.document;
  const guest = vmId && (await findGuest(proxmox, vmId));
  if (!vmId || !guest) {
    await giveBack();
    return [];
  }
  const title = `${guest.kind} ${vmId} on ${guest.node}`;
  const entry = openEntryOf(await readLedger(store, workspace), request.name);
  if (guest.template) return [`${title} is a template already; repeat this.`];
  try {
    await remove(run, request, proxmox, vmId, entry);
    await giveBack();
    recorder.log('info', `${title}, which was half made, was removed again.`);
    return [];
  } catch (error) {
    return [
      `${title} is half made and could not be removed (${String(error instanceof Error ? error.message : error).split('\n')[0]}); a repeat removes it, or: ${guest.kind === 'vm' ? 'qm' : 'pct'} destroy ${vmId}`,
    ];
  }
}

/** Removes a guest that is provably ours and no template yet. */
async function remove(
  { recorder, store }: Run,
  request: TemplateRequest,
  proxmox: ProxmoxApi,
  vmId: number,
  entry: LedgerEntry | undefined,
): Promise<void> {
  const guest = await findGuest(proxmox, vmId);
  if (!guest) return;
  await assertOurs(proxmox, guest, {
    app: templatesApp,
    environment: request.environment,
    name: request.name,
    desired: {
      vm_id: vmId,
      kind: guest.kind,
      request_id: entry?.requestId ?? request.requestId,
    },
    entry,
  });
  const at = [guest.node, guest.kind, vmId] as const;
  const { status } = await proxmox.guestStatus(...at);
  if (status === 'running')
    await proxmox.waitForTask(await proxmox.power(...at, 'stop'));
  await proxmox.waitForTask(await proxmox.deleteGuest(...at));
  await writeEntry(store, recorder.document.workspace, {
    ...entry!,
    state: 'removed',
  });
}

async function claimId(
  { store, recorder }: Run,
  vmId: number,
  connection: string,
  owner: ReservationOwner,
  proxmox: ProxmoxApi,
): Promise<number> {
  await recorder.update({ reserved: { vmId, address: null } });
  const isOurs =
    (await proxmox.isIdFree(vmId)) &&
    (await claim(store, vmIdKey(connection, vmId), owner));
  if (isOurs) return vmId;
  throw new NanteError('conflict', `The guest id ${vmId} is taken.`, {
    hint: 'Leave --vm-id out, or choose another one.',
  });
}

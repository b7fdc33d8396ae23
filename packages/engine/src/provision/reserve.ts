import type { ProxmoxResources } from '@nante/clients';
import {
  connectionNamed,
  NanteError,
  type DesiredHost,
  type LedgerEntry,
  type ProvisionRequest,
} from '@nante/model';
import { openEntryOf, readLedger } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import type { ResolvedSize } from '../policy/policy';
import {
  addressKey,
  claim,
  release,
  vmIdKey,
  type ReservationOwner,
} from '../reservations/reservations';
import { claimAddress } from '../reservations/addresses';
import { readHosts } from '../store/hosts';
import { checksError, type CheckedRequest } from './checkRequest';
import type { CompletedRequest } from './completeRequest';
import { desiredHost } from './desired';
import { askedSize, changedHost } from './difference';
import { environmentFor } from './network';

/** The host as this run wants it. */
export interface ReservedHost {
  desired: DesiredHost;
  /** `new`: this request makes it, now or in an earlier try. `existing`: another request made it. */
  origin: 'new' | 'existing';
  /** It stands in the desired document already. */
  isCommitted: boolean;
  entry: LedgerEntry | undefined;
}

/** Under the lock: what the host will be, with its id and address claimed over all workspaces. */
export async function reserveHost(
  run: Run,
  { input, request }: CompletedRequest,
  checked: CheckedRequest & { size: ResolvedSize },
): Promise<ReservedHost> {
  const { config, store, recorder } = run;
  const { workspace } = recorder.document;
  const hosts = await readHosts(
    store,
    workspace,
    request.app,
    request.environment,
  );
  const entry = openEntryOf(await readLedger(store, workspace), request.name);
  const existing = hosts.hosts[request.name];
  if (existing) {
    const isOwn = existing.request_id === request.requestId;
    return {
      desired: isOwn
        ? existing
        : onItsNode(
            changedHost(
              request.name,
              existing,
              input,
              askedSize(config, input),
            ),
            checked.resources,
          ),
      origin: isOwn ? 'new' : 'existing',
      isCommitted: true,
      entry,
    };
  }
  if (entry && entry.requestId !== request.requestId)
    throw new NanteError(
      'conflict',
      `The ledger says that request ${entry.requestId} left ${entry.kind} ${entry.outsideId} behind under the name ${request.name}.`,
      { hint: `Destroy ${request.name} first, or choose another name.` },
    );
  return {
    desired: await reserveNew(run, request, checked),
    origin: 'new',
    isCommitted: false,
    entry,
  };
}

/** Gives back what a run claimed for a host that does not exist. */
export async function releaseHost(
  run: Pick<Run, 'store' | 'config'>,
  owner: ReservationOwner,
  environment: string,
  host: { vmId: number; address: string | null },
): Promise<void> {
  const { connection } = run.config.environments[environment];
  await release(run.store, vmIdKey(connection, host.vmId), owner);
  if (host.address)
    await release(run.store, addressKey(environment, host.address), owner);
}

/** The static address of a host without its prefix; null with DHCP. */
export function staticAddress(host: DesiredHost): string | null {
  const { address } = host.network;
  return address === 'dhcp' ? null : address.split('/')[0];
}

async function reserveNew(
  run: Run,
  request: ProvisionRequest,
  { size, placement, resources }: CheckedRequest & { size: ResolvedSize },
): Promise<DesiredHost> {
  if (!placement || !resources) throw checksError([]);
  const { config, store, recorder, context } = run;
  const owner: ReservationOwner = {
    workspace: recorder.document.workspace,
    host: request.name,
    requestId: request.requestId,
  };
  const vmId = await reserveVmId(run, request, owner, resources);
  const address = await claimAddress(
    store,
    request.environment,
    environmentFor(config, request),
    owner,
    recorder.document.reserved?.address,
    chosen => recorder.update({ reserved: { vmId, address: chosen } }),
  );
  const { ANS_SSH_PUBLIC_KEY } = await context.options.secrets.readOptional([
    'ANS_SSH_PUBLIC_KEY',
  ]);
  return desiredHost(
    config,
    request,
    size,
    placement,
    vmId,
    address,
    ANS_SSH_PUBLIC_KEY ? [ANS_SSH_PUBLIC_KEY] : [],
  );
}

/**
 * Claims the first free guest id of the connection's range.
 *
 * @throws NanteError `conflict` when all are taken
 */
export async function reserveVmId(
  run: Run,
  request: Pick<ProvisionRequest, 'environment'>,
  owner: ReservationOwner,
  resources: ProxmoxResources,
): Promise<number> {
  const { config, store, recorder, context } = run;
  const { connection } = config.environments[request.environment];
  const { from, to } = connectionNamed(config, 'proxmox', connection)!.vmIds;
  const proxmox = await context.proxmox(connection);
  const used = new Set(resources.guests.map(({ vmId }) => vmId));
  const earlier = recorder.document.reserved?.vmId;
  // The run says what it will claim before it does: a crash in between leaves a claim that the repeat finds.
  if (earlier && (await claim(store, vmIdKey(connection, earlier), owner)))
    return earlier;
  for (let vmId = from; vmId <= to; vmId++) {
    if (used.has(vmId)) continue;
    // Guests that our token may not see have ids too.
    if (!(await proxmox.isIdFree(vmId))) continue;
    await recorder.update({ reserved: { vmId, address: null } });
    if (await claim(store, vmIdKey(connection, vmId), owner)) return vmId;
  }
  throw new NanteError(
    'conflict',
    `Every guest id of ${connection} from ${from} to ${to} is taken.`,
    { hint: 'Widen vmIds of the connection in the configuration.' },
  );
}

/** Guests migrate: a repeat must not move one back. */
function onItsNode(
  host: DesiredHost,
  resources: ProxmoxResources | undefined,
): DesiredHost {
  const guest = resources?.guests.find(({ vmId }) => vmId === host.vm_id);
  return guest ? { ...host, node: guest.node } : host;
}

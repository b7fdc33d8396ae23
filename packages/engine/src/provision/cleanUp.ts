import { NanteError, type ProvisionRequest } from '@nante/model';
import { findGuest } from '../ledger/agreement';
import {
  guestEntryId,
  openEntryOf,
  readLedger,
  writeEntry,
} from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { commitHost, readHosts } from '../store/hosts';
import { patiently } from '../store/documents';
import { stateKey } from '../store/keys';
import type { Terraform } from '../terraform/terraform';
import { moduleAddress } from './desired';
import { releaseHost, staticAddress, type ReservedHost } from './reserve';

/**
 * After a run that did not succeed: where nothing was made everything is rolled back; what exists is kept and listed, and
 * a repeat of the request goes on with it.
 *
 * @returns what exists, one line each
 */
export async function cleanUp(
  run: Run,
  request: ProvisionRequest,
  host: ReservedHost,
  terraform: Terraform,
): Promise<string[]> {
  const { store, recorder, config, context } = run;
  const { workspace } = recorder.document;
  const { desired, origin } = host;
  const { connection } = config.environments[request.environment];
  await terraform.importNext(null);
  if (origin === 'existing')
    return recorder.document.steps.some(
      ({ id, state }) => id === 'create' && state !== 'pending',
    )
      ? [
          `${desired.kind} ${desired.vm_id} (${request.name}) on ${desired.node} exists as before, perhaps partly changed.`,
        ]
      : [];
  const finalWriteMs = context.timing.lockTtlMs;
  const { entry, isCommitted } = await patiently(
    async () => ({
      entry: openEntryOf(await readLedger(store, workspace), request.name),
      isCommitted: Boolean(
        (await readHosts(store, workspace, request.app, request.environment))
          .hosts[request.name],
      ),
    }),
    finalWriteMs,
  );
  const owner = { workspace, host: request.name, requestId: request.requestId };
  const claimed = { vmId: desired.vm_id, address: staticAddress(desired) };
  if (!entry && !isCommitted) {
    await releaseHost(run, owner, request.environment, claimed);
    await removeEmptyWorkspace(run, request, terraform);
    return [];
  }
  const thing = `${desired.kind} ${desired.vm_id} (${request.name}) on ${desired.node}`;
  const exists = await guestExists(run, connection, desired.vm_id);
  if (exists === undefined)
    return [
      `${thing} may exist: Proxmox does not answer. Repeat the request, or destroy the host.`,
    ];
  const known = await addressesOf(
    terraform,
    moduleAddress(request.name, desired),
  );
  const open = {
    id: guestEntryId(connection, desired.kind, desired.vm_id),
    system: 'proxmox',
    connection,
    kind: desired.kind,
    outsideId: String(desired.vm_id),
    host: request.name,
    requestId: desired.request_id,
    runId: recorder.document.id,
    undo: entry?.undo ?? `Destroy the host ${request.name}.`,
  };
  if (exists) {
    const state = entry?.state === 'created' ? 'created' : 'left behind';
    await writeEntry(store, workspace, { ...open, state });
    return [
      `${thing} exists in Proxmox. Repeat the request to finish it, or destroy the host.`,
    ];
  }
  if (known === undefined)
    return [
      `${thing} is not in Proxmox; the Terraform state could not be read. Repeat the request, or destroy the host.`,
    ];
  if (known.length > 0) await terraform.forget(known);
  await commitHost(
    store,
    workspace,
    request.app,
    request.environment,
    request.name,
    undefined,
  );
  await writeEntry(store, workspace, { ...open, state: 'removed' });
  await releaseHost(run, owner, request.environment, claimed);
  await removeEmptyWorkspace(run, request, terraform);
  recorder.log(
    'info',
    'Nothing was made; the desired document, the ledger and the reservations are as before.',
  );
  return [];
}

async function guestExists(
  { context }: Run,
  connection: string,
  vmId: number,
): Promise<boolean | undefined> {
  try {
    const proxmox = await context.proxmox(connection);
    return (await findGuest(proxmox, vmId))
      ? true
      : !(await proxmox.isIdFree(vmId));
  } catch (error) {
    if (NanteError.is(error)) return undefined;
    throw error;
  }
}

async function addressesOf(
  terraform: Terraform,
  module: string,
): Promise<string[] | undefined> {
  try {
    const all = await terraform.stateAddresses();
    return all.filter(
      address =>
        address.startsWith(`${module}.`) && !address.includes('.data.'),
    );
  } catch {
    return undefined;
  }
}

/** Selecting a workspace makes it; one that never got a host is taken away again. */
export async function removeEmptyWorkspace(
  { store, recorder }: Run,
  request: Pick<ProvisionRequest, 'app' | 'environment'>,
  terraform: Terraform,
): Promise<void> {
  const { workspace } = recorder.document;
  try {
    const { hosts } = await readHosts(
      store,
      workspace,
      request.app,
      request.environment,
    );
    if (Object.keys(hosts).length > 0) return;
    if (!(await store.get(stateKey(workspace)))) return;
    if ((await terraform.stateAddresses()).length > 0) return;
    await terraform.deleteWorkspace();
  } catch {
    // An empty workspace hurts nobody; the next run of the app uses it.
  }
}

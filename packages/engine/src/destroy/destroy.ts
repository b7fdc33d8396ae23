import {
  destroyRequestSchema,
  NanteError,
  workspaceName,
  type DesiredHost,
  type DestroyRequest,
  type LedgerEntry,
  type RunDocument,
} from '@nante/model';
import { z } from 'zod';
import type { EngineContext } from '../context';
import { assertOurs, findGuest } from '../ledger/agreement';
import { openEntryOf, readLedger, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { moduleAddress } from '../provision/desired';
import { releaseHost, staticAddress } from '../provision/reserve';
import { commandsByHand } from '../runs/byHand';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import { patiently } from '../store/documents';
import { commitHost, readHosts, withHost } from '../store/hosts';
import { stateKey, stateLockKey } from '../store/keys';
import { assertPlan, summarizePlan } from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import type { RunOptions } from '../types';

const steps: readonly StepTitle[] = [
  ['check', 'Check that the host is ours'],
  ['lock', 'Take the lock of the workspace'],
  ['plan', 'Plan the destruction of this host only'],
  ['destroy', 'Destroy the host'],
  ['clean', 'Take it out of our records'],
];

/** What our records say about the host. */
interface KnownHost {
  /** Undefined when it stands in the desired document no more. */
  desired?: DesiredHost;
  /** Open entry of the ledger. */
  entry?: LedgerEntry;
  /** It once was ours. */
  wasOurs: boolean;
}

/** See `Engine.destroy`. */
export async function destroy(
  context: EngineContext,
  input: DestroyRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseDestroy(input);
  const config = await context.config();
  const environment = config.environments[request.environment];
  if (!environment)
    throw new NanteError(
      'invalid-input',
      `There is no environment "${request.environment}".`,
    );
  if (environment.restricted && !request.operator)
    throw new NanteError(
      'refused',
      `Only operators may destroy hosts in ${request.environment}.`,
    );
  if (config.connections[environment.connection].readOnly)
    throw new NanteError(
      'refused',
      `The connection ${environment.connection} is read-only: nothing can be destroyed.`,
    );
  const workspace = workspaceName(request.app, request.environment);
  const known = await knownHost(
    await context.provenStore(),
    workspace,
    request,
  );
  const kind =
    known.desired?.kind ?? (known.entry?.kind === 'lxc' ? 'lxc' : 'vm');
  const initial = newRunDocument('destroy', request, options, {
    hostKind: kind,
    owner: known.desired?.owner,
    inputs: { ...request },
    byHand: commandsByHand(workspace, moduleAddress(request.name, { kind })),
    context,
  });
  return executeRun(
    context,
    {
      initial,
      steps,
      body: (run, onFailure) => destroyHost(run, request, onFailure),
    },
    options,
  );
}

async function destroyHost(
  run: Run,
  request: DestroyRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, store } = run;
  const { workspace } = recorder.document;
  await recorder.step('check', async () => {
    const known = await knownHost(store, workspace, request);
    if (!known.wasOurs)
      throw new NanteError(
        'not-found',
        `${workspace} has no host ${request.name}, and never had one.`,
        {
          hint: 'Look at the name, the app and the environment.',
        },
      );
    await assertDestroyable(run, request, known);
  });
  const { lease, terraform, known } = await recorder.step('lock', async () => {
    const opened = await run.lock();
    return { ...opened, known: await knownHost(store, workspace, request) };
  });
  onFailure(() => leftovers(run, request));
  const work = await recorder.step('plan', () =>
    planDestroy(run, request, terraform, known),
  );
  await recorder.step('destroy', step =>
    applyDestroy(run, request, { lease, terraform, known, work }, step),
  );
  await recorder.step('clean', () => clean(run, request, terraform, known));
  return {};
}

/** The guest is gone, or it is provably ours. */
async function assertDestroyable(
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
    });
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

/** What the destroy step has to do. */
type DestroyWork = 'apply' | 'forget' | 'nothing';

async function planDestroy(
  run: Run,
  request: DestroyRequest,
  terraform: Terraform,
  known: KnownHost,
): Promise<{ kind: DestroyWork; addresses: string[] }> {
  const { recorder, store, signal } = run;
  const { workspace } = recorder.document;
  await assertDestroyable(run, request, known);
  await terraform.prepare(signal);
  const target = moduleAddress(
    request.name,
    known.desired ?? { kind: known.entry?.kind === 'lxc' ? 'lxc' : 'vm' },
  );
  const addresses = (await terraform.stateAddresses(signal)).filter(
    address => address.startsWith(`${target}.`) && !address.includes('.data.'),
  );
  const identity = identityOf(known);
  const proxmox = await connectionOf(run, request);
  const isGone = !identity || (await proxmox.isIdFree(identity.vm_id));
  if (isGone) {
    recorder.log('info', 'The guest is gone from Proxmox already.');
    return { kind: addresses.length > 0 ? 'forget' : 'nothing', addresses };
  }
  if (addresses.length === 0) return { kind: 'nothing', addresses };
  const document = await readHosts(
    store,
    workspace,
    request.app,
    request.environment,
  );
  const json = await terraform.plan(
    withHost(document, request.name, undefined),
    target,
    signal,
  );
  await recorder.update({ plan: summarizePlan(json) });
  assertPlan(json, target, ['delete']);
  return { kind: 'apply', addresses };
}

async function applyDestroy(
  run: Run,
  request: DestroyRequest,
  given: {
    lease: Lease;
    terraform: Terraform;
    known: KnownHost;
    work: { kind: DestroyWork; addresses: string[] };
  },
  step: { skip(text: string): void; detail(text: string): void },
): Promise<void> {
  const { lease, terraform, known, work } = given;
  await lease.assertHeld();
  if (work.kind === 'forget') {
    await terraform.forget(work.addresses);
    step.detail('The state has forgotten the guest.');
    return;
  }
  const proxmox = await connectionOf(run, request);
  const identity = identityOf(known);
  if (work.kind === 'apply') await terraform.apply({ signal: run.signal });
  const guest = identity && (await findGuest(proxmox, identity.vm_id));
  if (guest && work.kind === 'nothing') {
    // Made by us, but cut off before the state knew of it; it was proved to be ours a moment ago.
    step.detail(
      `${guest.kind} ${guest.vmId} is not in the state; removing it by the API.`,
    );
    if (guest.status === 'running')
      await proxmox.waitForTask(
        await proxmox.power(guest.node, guest.kind, guest.vmId, 'stop'),
      );
    await proxmox.waitForTask(
      await proxmox.deleteGuest(guest.node, guest.kind, guest.vmId),
    );
  }
  if (identity && !(await proxmox.isIdFree(identity.vm_id)))
    throw new NanteError(
      'failed',
      `Guest ${identity.vm_id} is still in Proxmox after it was destroyed.`,
      {
        hint: 'Look at its last task in Proxmox, then repeat the request.',
      },
    );
  if (work.kind === 'nothing' && !guest)
    step.skip('There is nothing to destroy.');
}

async function clean(
  run: Run,
  request: DestroyRequest,
  terraform: Terraform,
  known: KnownHost,
): Promise<void> {
  const { store, recorder, context } = run;
  const { workspace } = recorder.document;
  const record = async () => {
    await commitHost(
      store,
      workspace,
      request.app,
      request.environment,
      request.name,
      undefined,
    );
    const { desired, entry } = known;
    if (entry)
      await writeEntry(store, workspace, {
        ...entry,
        runId: recorder.document.id,
        state: 'removed',
      });
    if (desired)
      await releaseHost(
        run,
        { workspace, host: request.name, requestId: desired.request_id },
        request.environment,
        { vmId: desired.vm_id, address: staticAddress(desired) },
      );
    const { hosts } = await readHosts(
      store,
      workspace,
      request.app,
      request.environment,
    );
    return Object.keys(hosts).length;
  };
  const remaining = await patiently(record, 5 * context.timing.lockTtlMs);
  if (remaining > 0) return;
  const left = await terraform.stateAddresses();
  if (left.length > 0)
    throw new NanteError(
      'failed',
      `The state of ${workspace} still holds ${left.join(', ')}, which no host stands for.`,
      {
        hint: 'Look at the state by hand; it was not deleted.',
      },
    );
  await terraform.deleteWorkspace();
  for (const key of [stateKey(workspace), stateLockKey(workspace)]) {
    if (await store.get(key))
      throw new NanteError(
        'failed',
        `${key} is still in the bucket after the workspace was deleted.`,
      );
  }
  recorder.log(
    'info',
    `${workspace} has no host any more; its Terraform workspace was deleted.`,
  );
}

async function leftovers(run: Run, request: DestroyRequest): Promise<string[]> {
  const known = await knownHost(
    run.store,
    run.recorder.document.workspace,
    request,
  );
  const identity = identityOf(known);
  if (!identity) return [];
  const proxmox = await connectionOf(run, request);
  const thing = `${identity.kind} ${identity.vm_id} (${request.name})`;
  return (await proxmox.isIdFree(identity.vm_id))
    ? [
        `${thing} is gone from Proxmox; our records of it remain. Repeat the request to finish.`,
      ]
    : [`${thing} still exists in Proxmox. Repeat the request to destroy it.`];
}

async function knownHost(
  store: Run['store'],
  workspace: string,
  request: DestroyRequest,
): Promise<KnownHost> {
  const [document, entries] = await Promise.all([
    readHosts(store, workspace, request.app, request.environment),
    readLedger(store, workspace),
  ]);
  const desired = document.hosts[request.name];
  return {
    desired,
    entry: openEntryOf(entries, request.name),
    wasOurs:
      Boolean(desired) || entries.some(({ host }) => host === request.name),
  };
}

/** Id, kind and request of a host that may exist; from the ledger where the desired document has lost it. */
function identityOf({
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

async function connectionOf({ context, config }: Run, request: DestroyRequest) {
  return context.proxmox(config.environments[request.environment].connection);
}

function parseDestroy(input: DestroyRequest): DestroyRequest {
  const result = destroyRequestSchema.safeParse(input);
  if (!result.success)
    throw new NanteError('invalid-input', z.prettifyError(result.error));
  const request = result.data;
  if (request.confirm !== request.name)
    throw new NanteError(
      'invalid-input',
      `To destroy ${request.name}, type its name; "${request.confirm}" is another one.`,
    );
  return request;
}

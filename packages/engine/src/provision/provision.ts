import {
  workspaceName,
  type HostResult,
  type LedgerEntry,
  type ProvisionInput,
  type ProvisionRequest,
  type RunDocument,
} from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { assertOwnArguments } from '../configure/checkSite';
import { newHostNeeds } from '../configure/siteVariables';
import type { EngineContext } from '../context';
import {
  guestEntryId,
  openEntryOf,
  readLedger,
  writeEntry,
} from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { targetLeftovers } from '../register/targetRecords';
import { commandsByHand } from '../runs/byHand';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import { commitHost } from '../store/hosts';
import { observeStep, reportsBack } from '../telemetry/firstSamples';
import { siblingDrift } from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import type { RunOptions } from '../types';
import { cleanUp } from './cleanUp';
import { checkRequest, checksError, type CheckedRequest } from './checkRequest';
import { completeRequest, type CompletedRequest } from './completeRequest';
import { moduleAddress } from './desired';
import { planHost, type HostPlan } from './planHost';
import {
  releaseHost,
  reserveHost,
  staticAddress,
  type ReservedHost,
} from './reserve';
import { configureNew } from './configureNew';
import { settleTarget, targetSteps } from './settleTarget';
import { loginKey, proveReady, type SeenGuest } from './proveReady';
import {
  hostResult,
  verifyGuest,
  waitForAddress,
  type FoundAddress,
} from './verify';
import type { ResolvedSize } from '../policy/policy';

const driftTimeoutMs = 20_000;

function stepsOf(
  request: ProvisionRequest,
  reports: boolean,
): readonly StepTitle[] {
  return [
    ['check', 'Check the request'],
    ['reserve', 'Take the lock, reserve id and address'],
    ['plan', 'Plan the change'],
    ['create', 'Create the host'],
    ['verify', 'Read the host back from Proxmox'],
    ['ready', 'Log in and see that cloud-init took effect'],
    ...(request.initScript
      ? [['first-boot', 'Run the first-boot script'] as const]
      : []),
    ...(request.roles?.length
      ? [['configure', 'Apply the roles'] as const]
      : []),
    ...(reports ? [observeStep] : []),
    ...targetSteps(request),
    ['finish', 'Record the result'],
  ];
}

/** See `Engine.provision`. */
export async function provision(
  context: EngineContext,
  given: ProvisionInput,
  options: RunOptions,
): Promise<RunDocument & { result: HostResult }> {
  const completed = await completeRequest(context, given, options);
  const { input, request } = completed;
  const needs = newHostNeeds(await context.config(), request);
  await assertOwnArguments(context, needs);
  const initial = await newRunDocument('provision', request, options, {
    hostKind: request.kind,
    owner: request.owner,
    inputs: { ...input },
    byHand: commandsByHand(
      workspaceName(request.app, request.environment),
      moduleAddress(request.name, request),
    ),
    context,
  });
  const document = await executeRun(
    context,
    {
      initial,
      steps: stepsOf(request, reportsBack(needs)),
      body: (run, onFailure) => provisionHost(run, completed, onFailure),
    },
    options,
  );
  return document as RunDocument & { result: HostResult };
}

async function provisionHost(
  run: Run,
  completed: CompletedRequest,
  onFailure: (look: (error: unknown) => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  const { request } = completed;
  const checked = await recorder.step('check', () =>
    checkOrThrow(run, completed),
  );
  const { lease, terraform, host } = await recorder.step(
    'reserve',
    async step => {
      const opened = await run.lock();
      onFailure(() => giveBackClaims(run, request));
      const reserved = await reserveHost(run, completed, checked);
      const { vm_id: vmId, node, network } = reserved.desired;
      step.detail(
        `${request.kind} ${vmId} on ${node}, address ${network.address}`,
      );
      return { ...opened, host: reserved };
    },
  );
  onFailure(async () => [
    ...(await cleanUp(run, request, host, terraform)),
    ...(await targetLeftovers(run, request.name)),
  ]);
  const plan = await recorder.step('plan', () =>
    planHost(run, terraform, request, host),
  );
  await recorder.step('create', step =>
    create(run, request, lease, terraform, host, plan, step),
  );
  const { agentTimeoutMs } = run.context.timing;
  const waited = terraformWaitMs(plan, host);
  const deadline =
    Date.now() + agentTimeoutMs - Math.min(agentTimeoutMs, waited);
  const seen = await recorder.step('verify', step =>
    verify(run, request, host, deadline, step),
  );
  await recorder.step('ready', step =>
    proveReady(run, { name: request.name, host, seen, deadline }, step),
  );
  const { result } = seen;
  await configureNew(run, lease, request, result);
  await settleTarget(run, lease, request);
  await recorder.step('finish', async () => {
    await recorder.update({ result });
    await reportDrift(run, request, terraform, plan);
  });
  return { result };
}

/** Milliseconds that Terraform itself has waited at most for a new guest's address: `agent.timeout` of the module. */
function terraformWaitMs(plan: HostPlan, { desired }: ReservedHost): number {
  const waits =
    plan.action === 'create' &&
    desired.kind === 'vm' &&
    desired.agent &&
    desired.network.address === 'dhcp';
  return waits ? 30_000 : 0;
}

async function checkOrThrow(
  { context, signal }: Run,
  completed: CompletedRequest,
): Promise<CheckedRequest & { size: ResolvedSize }> {
  const checked = await checkRequest(context, completed, { signal });
  // Calls that were cut off look like systems that do not answer.
  throwIfCancelled(signal);
  const { size } = checked;
  if (!size || checked.checks.some(({ ok }) => !ok))
    throw checksError(checked.checks);
  return { ...checked, size };
}

/** Ledger before, desired document, apply, ledger after: whoever comes next can tell how far this one got. */
async function create(
  run: Run,
  request: ProvisionRequest,
  lease: Lease,
  terraform: Terraform,
  host: ReservedHost,
  plan: HostPlan,
  step: { skip(text: string): void },
): Promise<void> {
  const { context, store, recorder, signal } = run;
  const { workspace } = recorder.document;
  const entry = ledgerEntry(run, request, host);
  const commit = () =>
    commitHost(
      store,
      workspace,
      request.app,
      request.environment,
      request.name,
      host.desired,
    );
  if (plan.action === 'no-op' && !plan.isAdoption) {
    // The effect happened in an earlier try; what follows it may not have.
    await commit();
    if (host.entry?.state !== 'created')
      await writeEntry(store, workspace, { ...entry, state: 'created' });
    step.skip('The host is already as it was asked for; nothing to change.');
    return;
  }
  await lease.assertHeld();
  if (host.origin === 'new')
    await writeEntry(store, workspace, { ...entry, state: 'intended' });
  await commit();
  const apply = () => terraform.apply({ signal });
  if (plan.action === 'create' || plan.action === 'replace')
    await context.creations.run(creationPlace(run, request, host), apply, {
      signal,
      onWait: ahead =>
        recorder.log(
          'info',
          `Waiting: ${ahead} other machines are made from the same node first.`,
        ),
    });
  else await apply();
  await writeEntry(store, workspace, {
    ...entry,
    state: plan.isAdoption ? 'adopted' : 'created',
  });
}

/** Node whose template is locked while a machine is made from it. */
function creationPlace(
  { config }: Run,
  request: ProvisionRequest,
  { desired }: ReservedHost,
): string {
  const { connection } = config.environments[request.environment];
  return `${connection} ${desired.image.template_node ?? desired.node}`;
}

async function verify(
  run: Run,
  request: ProvisionRequest,
  { desired }: ReservedHost,
  deadline: number,
  step: { detail(text: string): void },
): Promise<SeenGuest> {
  const { context, config, recorder, store, signal } = run;
  const { connection } = config.environments[request.environment];
  const proxmox = await context.proxmox(connection);
  const entry = ledgerEntry(run, request, { desired });
  const guest = await verifyGuest(
    proxmox,
    {
      app: request.app,
      environment: request.environment,
      name: request.name,
      desired,
      entry: { ...entry, state: 'created', updatedAt: '' },
    },
    signal,
  );
  step.detail(`${guest.kind} ${guest.vmId} is on ${guest.node}`);
  const fixed = staticAddress(desired);
  const { address, problem }: FoundAddress =
    fixed && (await loginKey(run, desired)).privateKey
      ? // Logging in proves more than an agent's word, and needs no agent.
        { address: fixed }
      : await waitForAddress(
          proxmox,
          guest,
          desired,
          Math.max(0, deadline - Date.now()),
          signal,
        );
  if (problem) recorder.log('warn', problem);
  step.detail(problem ?? `The guest has the address ${address}`);
  const known = openEntryOf(
    await readLedger(store, recorder.document.workspace),
    request.name,
  );
  if (known && address && known.address !== address)
    await writeEntry(store, recorder.document.workspace, { ...known, address });
  const result = hostResult(request.name, connection, guest, desired, address);
  return { proxmox, guest, problem, result };
}

function ledgerEntry(
  { recorder, config }: Run,
  request: ProvisionRequest,
  { desired }: Pick<ReservedHost, 'desired'>,
): Omit<LedgerEntry, 'state' | 'updatedAt'> {
  const { connection } = config.environments[request.environment];
  return {
    id: guestEntryId(connection, desired.kind, desired.vm_id),
    system: 'proxmox',
    connection,
    kind: desired.kind,
    outsideId: String(desired.vm_id),
    host: request.name,
    requestId: desired.request_id,
    runId: recorder.document.id,
    undo: `Destroy the host ${request.name} of ${request.app} in ${request.environment}; by hand: terraform destroy -target='${moduleAddress(request.name, desired)}' in the workspace ${recorder.document.workspace}.`,
  };
}

/** Siblings that differ from the desired document: a warning, never a reason to fail or to wait long. */
async function reportDrift(
  { recorder, signal }: Run,
  request: ProvisionRequest,
  terraform: Terraform,
  { candidate }: HostPlan,
): Promise<void> {
  const own = candidate.hosts[request.name];
  if (Object.keys(candidate.hosts).length < 2 || !recorder.document.plan)
    return;
  try {
    const json = await terraform.plan(
      candidate,
      undefined,
      AbortSignal.any([signal, AbortSignal.timeout(driftTimeoutMs)]),
    );
    const drift = siblingDrift(json, moduleAddress(request.name, own));
    for (const { address, summary } of drift)
      recorder.log(
        'warn',
        `${address} differs from what is desired: ${summary}`,
      );
    await recorder.update({ plan: { ...recorder.document.plan, drift } });
  } catch {
    recorder.log('warn', 'Whether other hosts have drifted could not be seen.');
  }
}

/** A run that ended while it reserved has made nothing: its claims are free again. */
async function giveBackClaims(
  run: Run,
  request: ProvisionRequest,
): Promise<string[]> {
  const { reserved, workspace } = run.recorder.document;
  if (reserved)
    await releaseHost(
      run,
      { workspace, host: request.name, requestId: request.requestId },
      request.environment,
      reserved,
    );
  return [];
}

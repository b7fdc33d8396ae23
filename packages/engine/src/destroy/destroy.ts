import {
  destroyRequestSchema,
  NanteError,
  workspaceName,
  type DestroyRequest,
  type RunDocument,
  parseInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { moduleAddress } from '../provision/desired';
import { removeTargets } from '../register/removeTargets';
import { commandsByHand } from '../runs/byHand';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { applyDestroy, clean, planDestroy } from './destroySteps';
import {
  assertDestroyable,
  connectionOf,
  identityOf,
  knownHost,
  type KnownHost,
} from './knownHost';

const deregisterStep: StepTitle = [
  'deregister',
  'Remove the deployment target',
];

const stepsOf = ({ isTarget }: KnownHost): readonly StepTitle[] => [
  ['check', 'Check that the host is ours'],
  ['lock', 'Take the lock of the workspace'],
  ['plan', 'Plan the destruction of this host only'],
  ...(isTarget ? [deregisterStep] : []),
  ['destroy', 'Destroy the host'],
  ['clean', 'Take it out of our records'],
];

/** See `Engine.destroy`. */
export async function destroy(
  context: EngineContext,
  input: DestroyRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseDestroy(input);
  assertMayChange(await context.config(), request, 'destroy');
  const workspace = workspaceName(request.app, request.environment);
  const known = await knownHost(
    await context.provenStore(),
    workspace,
    request,
  );
  const kind =
    known.desired?.kind ?? (known.entry?.kind === 'lxc' ? 'lxc' : 'vm');
  const initial = await newRunDocument('destroy', request, options, {
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
      steps: stepsOf(known),
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
  const registered = await endTargetFirst(run, request, lease);
  await recorder.step('destroy', step =>
    applyDestroy(run, request, { lease, terraform, known, work }, step),
  );
  const left = await recorder.step('clean', () =>
    clean(run, request, terraform, known),
  );
  // The host is gone: what mesh and Octopus still have of it keeps nobody from going on.
  return { leftovers: [...registered, ...left] };
}

/** Nothing is deployed any more to a host that is about to go. */
async function endTargetFirst(
  run: Run,
  { name }: DestroyRequest,
  lease: Lease,
): Promise<string[]> {
  const { recorder } = run;
  await lease.assertHeld();
  const hasStep = recorder.document.steps.some(
    ({ id }) => id === deregisterStep[0],
  );
  // It became one after this run was asked for.
  if (!hasStep) return removeTargets(run, name);
  return recorder.step(deregisterStep[0], async step => {
    const left = await removeTargets(run, name);
    if (left.length > 0) step.detail(left.join(' '));
    return left;
  });
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

function parseDestroy(input: DestroyRequest): DestroyRequest {
  const request = parseInput(destroyRequestSchema, input);
  if (request.confirm !== request.name)
    throw new NanteError(
      'invalid-input',
      `To destroy ${request.name}, type its name; "${request.confirm}" is another one.`,
    );
  return request;
}

import {
  NanteError,
  snapshotRequestSchema,
  type RunDocument,
  type SnapshotRequest,
  parseInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import { hostLeftovers, hostTitle, ourHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { runOnHost } from '../operation/hostRun';
import { assertRights, snapshotRights } from '../policy/rights';
import { snapshotByHand } from '../runs/byHand';
import type { RunOptions } from '../types';
import { createSnapshot, deleteSnapshot } from './effects';
import { findSnapshot, type FoundSnapshot } from './findSnapshot';
import { rollbackSnapshot, verifyRollback } from './rollback';

const titles: Record<SnapshotRequest['action'], [act: string, verify: string]> =
  {
    create: ['Make the snapshot', 'See that the snapshot is there'],
    rollback: ['Return to the snapshot', 'Read the host back'],
    delete: ['Remove the snapshot', 'See that the snapshot is gone'],
  };

/** See `Engine.snapshot`. */
export async function snapshot(
  context: EngineContext,
  input: SnapshotRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseSnapshot(input);
  const [act, verify] = titles[request.action];
  return runOnHost(
    context,
    {
      ...{ kind: 'snapshot', request, verb: 'make snapshots of' },
      byHand: host => snapshotByHand(host, request),
      steps: [
        ['check', 'Check that the host is ours, and what snapshots it has'],
        ['lock', 'Take the lock of the workspace'],
        ['snapshot', act],
        ['verify', verify],
      ],
      body: (run, onFailure) => snapshotHost(run, request, onFailure),
    },
    options,
  );
}

async function snapshotHost(
  run: Run,
  request: SnapshotRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, context, signal } = run;
  const look = async (): Promise<FoundSnapshot> =>
    findSnapshot(run, await ourHost(context, request, signal), request);
  await recorder.step('check', async step => {
    const host = await ourHost(context, request, signal);
    await assertRights(
      host.proxmox,
      snapshotRights(host.desired, request.action),
      'Give the user and the token the role NanteSnapshots on /vms, as the README says.',
      signal,
    );
    const found = await findSnapshot(run, host, request);
    const names = found.all.map(({ name }) => name).join(', ') || 'none';
    step.detail(`${hostTitle(host)} is ours; its snapshots: ${names}`);
  });
  const { lease } = await recorder.step('lock', () => run.lock());
  onFailure(() => hostLeftovers(context, request));
  const wasOn = await recorder.step('snapshot', async step => {
    const found = await look();
    const effect = {
      create: createSnapshot,
      rollback: rollbackSnapshot,
      delete: deleteSnapshot,
    }[request.action];
    await effect({ run, request, lease, found, step });
    return found.host.running;
  });
  const result = await recorder.step('verify', async step => {
    if (request.action === 'rollback')
      return verifyRollback(run, request, wasOn, step);
    const { there, all } = await look();
    const wanted = request.action === 'create';
    if (Boolean(there) !== wanted)
      throw new NanteError(
        'failed',
        `Proxmox says that the task is done, and the snapshot ${request.snapshot} is ${there ? 'still' : 'not'} there.`,
        { hint: 'Look at the last task of the guest in Proxmox.' },
      );
    step.detail(
      `${request.name} has ${all.length} snapshot${all.length === 1 ? '' : 's'}`,
    );
    return undefined;
  });
  return result ? { result } : {};
}

function parseSnapshot(input: SnapshotRequest): SnapshotRequest {
  const request = parseInput(snapshotRequestSchema, input);
  const { action, snapshot: name, confirm } = request;
  if (action !== 'create' && confirm !== name)
    throw new NanteError(
      'invalid-input',
      action === 'rollback'
        ? `To return to ${name} and lose everything since, type its name; "${confirm ?? ''}" is another one.`
        : `To remove the snapshot ${name}, type its name; "${confirm ?? ''}" is another one.`,
    );
  return request;
}

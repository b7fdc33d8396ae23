import {
  NanteError,
  workspaceName,
  type DesiredHost,
  type ResizeRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { hostTitle, ourHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { runOnHost } from '../operation/hostRun';
import { assertRights, resizeRights } from '../policy/rights';
import { waitUntilBack } from '../power/changePower';
import { moduleAddress } from '../provision/desired';
import { resizeByHand } from '../runs/byHand';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { applySize } from './applySize';
import { resizeLeftovers } from './aftermath';
import { guestSize, sizeDifferences, sizeText } from './guestSize';
import { planSize } from './planSize';
import { waitingOptions } from './planResize';
import { allowedSize, parseResize, resizedHost } from './wanted';

const steps: readonly StepTitle[] = [
  ['check', 'Check that the host is ours, and the size'],
  ['lock', 'Take the lock of the workspace'],
  ['plan', 'Plan the change, and what it means for the host'],
  ['change', 'Change the host'],
  ['verify', 'Read the host back from Proxmox'],
];

/** See `Engine.resize`. */
export async function resize(
  context: EngineContext,
  input: ResizeRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseResize(input);
  const { app, environment, name } = request;
  const workspace = workspaceName(app, environment);
  return runOnHost(
    context,
    {
      ...{ kind: 'resize', request, verb: 'resize', steps },
      byHand: (host, config) =>
        byHandOf(workspace, name, host, allowedSize(config, request, host)),
      body: (run, onFailure) => resizeHost(run, request, onFailure),
    },
    options,
  );
}

async function resizeHost(
  run: Run,
  request: ResizeRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, context, config, signal } = run;
  const find = () => ourHost(context, request, signal);
  await recorder.step('check', async step => {
    const host = await find();
    const wanted = resizedHost(config, request, host.desired);
    const hint = 'Give it the role from the documentation.';
    await assertRights(host.proxmox, resizeRights(wanted), hint, signal);
    step.detail(`${hostTitle(host)} is ours`);
  });
  const { lease, terraform } = await recorder.step('lock', () => run.lock());
  const plan = await recorder.step('plan', async step =>
    planSize(run, request, terraform, await find(), step),
  );
  onFailure(() => resizeLeftovers(run, request, plan));
  await recorder.step('change', step =>
    applySize(run, request, { lease, terraform, plan }, step),
  );
  const result = await recorder.step('verify', async step => {
    const host = await find();
    const { proxmox, at, guest } = host;
    const found = guestSize(
      guest.kind,
      await proxmox.guestConfig(...at, { signal }),
    );
    const wrong = sizeDifferences(found, plan.wanted);
    const waiting = await waitingOptions(host, signal);
    if (wrong.length > 0 || waiting.length > 0)
      throw new NanteError(
        'failed',
        `${request.name} was changed, and has ${[...wrong, ...waiting.map(option => `a ${option} that waits for a restart`)].join(', ')}.`,
        { hint: 'Look at the guest in Proxmox, then send the request again.' },
      );
    const back = await waitUntilBack(run, host, step);
    step.detail(`${request.name} has ${sizeText(found)}, and is on`);
    return back;
  });
  return { result };
}

function byHandOf(
  workspace: string,
  name: string,
  host: DesiredHost,
  size: { cores: number; memoryMb: number; diskGb: number },
): string[] {
  return resizeByHand(workspace, moduleAddress(name, host), name, {
    cores: size.cores,
    memory_mb: size.memoryMb,
    disk_gb: size.diskGb,
  });
}

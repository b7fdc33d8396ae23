import {
  NanteError,
  powerRequestSchema,
  type PowerRequest,
  type RunDocument,
  parseInput,
} from '@nante/model';
import type { EngineContext } from '../context';
import { hostLeftovers, hostTitle, ourHost } from '../ledger/ourHost';
import type { OurHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { runOnHost } from '../operation/hostRun';
import { assertRights, powerRights } from '../policy/rights';
import { hostResult } from '../provision/verify';
import { staticAddress } from '../provision/reserve';
import { powerByHand } from '../runs/byHand';
import type { RunOptions } from '../types';
import { bootedSince, changePower, waitUntilBack } from './changePower';

const titles: Record<PowerRequest['action'], [act: string, verify: string]> = {
  start: ['Switch the host on', 'Wait until the host answers'],
  shutdown: ['Ask the host to shut down', 'See that the host is off'],
  reboot: ['Ask the host to restart', 'Wait until the host answers'],
  stop: ['Cut the power', 'See that the host is off'],
};

/** See `Engine.power`. */
export async function power(
  context: EngineContext,
  input: PowerRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(powerRequestSchema, input);
  const { action } = request;
  const [act, verify] = titles[action];
  return runOnHost(
    context,
    {
      ...{ kind: 'power', request, verb: 'switch' },
      byHand: host => powerByHand(host, action),
      steps: [
        ['check', 'Check that the host is ours'],
        ['lock', 'Take the lock of the workspace'],
        ['power', act],
        ['verify', verify],
      ],
      body: (run, onFailure) => powerHost(run, request, onFailure),
    },
    options,
  );
}

async function powerHost(
  run: Run,
  request: PowerRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, context, signal } = run;
  const find = () => ourHost(context, request, signal);
  await recorder.step('check', async step => {
    const host = await find();
    const hint = 'Give it the role from the documentation.';
    await assertRights(host.proxmox, powerRights(host.desired), hint, signal);
    refuseRestartOfOff(host, request);
    step.detail(`${hostTitle(host)} is ours`);
  });
  const { lease } = await recorder.step('lock', () => run.lock());
  onFailure(() => hostLeftovers(context, request));
  await recorder.step('power', async step => {
    const host = await find();
    const done = alreadyDone(host, request, recorder.document);
    if (done) return step.skip(done);
    refuseRestartOfOff(host, request);
    await lease.assertHeld();
    return changePower(run, host, request.action);
  });
  const result = await recorder.step('verify', async step => {
    const host = await find();
    if (request.action === 'start' || request.action === 'reboot')
      return waitUntilBack(run, host, step);
    step.detail(`${hostTitle(host)} is off`);
    const { name, connection, guest, desired } = host;
    const address = staticAddress(desired);
    return hostResult(name, connection, guest, desired, address);
  });
  return { result };
}

/** Why nothing is left to do; undefined when something is. */
function alreadyDone(
  host: OurHost,
  { action }: PowerRequest,
  { createdAt, startedAt = createdAt }: RunDocument,
): string | undefined {
  const { name, running } = host;
  const [asked, tried] = [Date.parse(createdAt), Date.parse(startedAt)];
  if (action === 'start')
    return running ? `${name} is switched on already.` : undefined;
  if (action === 'reboot')
    // An earlier try of this request may have been cut off after it had done so.
    return tried - asked > 1_000 && bootedSince(host, asked)
      ? `${name} has restarted since this was asked for.`
      : undefined;
  return running ? undefined : `${name} is switched off already.`;
}

function refuseRestartOfOff({ name, running }: OurHost, request: PowerRequest) {
  if (request.action === 'reboot' && !running)
    throw new NanteError(
      'conflict',
      `${name} is switched off, so it cannot be asked to restart.`,
      { hint: 'Start it.' },
    );
}

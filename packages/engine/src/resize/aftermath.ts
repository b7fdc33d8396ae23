import type { ResizeRequest } from '@nante/model';
import { hostTitle, ourHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { changePower } from '../power/changePower';
import { commitHost } from '../store/hosts';
import { guestSize, sizeDifferences, sizeText } from './guestSize';
import { waitingOptions } from './planResize';
import type { SizePlan } from './planSize';

/** How long the end of a run that failed may take to bring the host back. */
const backMs = 300_000;

/**
 * What a change that failed leaves. A host that was on is on again; where nothing came of the change, our records want the
 * old size again.
 */
export async function resizeLeftovers(
  run: Run,
  request: ResizeRequest,
  plan: SizePlan,
): Promise<string[]> {
  const { context, store, recorder } = run;
  const { app, environment, name } = request;
  const { workspace } = recorder.document;
  // The run itself may have been cancelled.
  const ending = { ...run, signal: AbortSignal.timeout(backMs) };
  let host = await ourHost(context, request);
  if (plan.host.running && !host.running) {
    recorder.log('info', `${name} was on before; it is started again.`);
    await changePower(ending, host, 'start');
    host = await ourHost(context, request);
  }
  const { proxmox, at, guest } = host;
  const size = guestSize(guest.kind, await proxmox.guestConfig(...at));
  const waiting = await waitingOptions(host);
  const old = plan.host.desired;
  const isOld = waiting.length === 0 && sizeDifferences(size, old).length === 0;
  if (isOld) await commitHost(store, workspace, app, environment, name, old);
  const power = host.running ? 'on' : 'off';
  return [
    isOld
      ? `${hostTitle(host)} is ${power} and has its old size: ${sizeText(size)}.`
      : `${hostTitle(host)} is ${power} and has ${sizeText(size)}${waiting.length > 0 ? `, of which ${waiting.join(', ')} waits for a restart` : ''}. Send the request again to finish.`,
  ];
}

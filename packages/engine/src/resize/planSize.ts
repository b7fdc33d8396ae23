import {
  NanteError,
  type DesiredHost,
  type HostsDocument,
  type ResizeRequest,
} from '@nante/model';
import type { OurHost } from '../ledger/ourHost';
import type { Run } from '../operation/executeRun';
import { moduleAddress } from '../provision/desired';
import { guestPath, resizeByHand } from '../runs/byHand';
import { readHosts, withHost } from '../store/hosts';
import {
  assertPlan,
  planToShow,
  summarizePlan,
  type HostAction,
} from '../terraform/plan';
import type { Terraform } from '../terraform/terraform';
import { systemDisk } from './guestSize';
import type { CallBefore, Judgement } from './impact';
import { judgePlan } from './planResize';
import { resizedHost } from './wanted';

/** A plan that gives a host another size and does nothing else; the plan itself is saved. */
export interface SizePlan {
  /** The host before. */
  host: OurHost;
  wanted: DesiredHost;
  candidate: HostsDocument;
  action: HostAction;
  judgement: Judgement;
}

/**
 * Plans the change of one host, and says what it means for it.
 *
 * @throws NanteError `refused` for a plan that rebuilds the host, touches another one, or restarts it without leave
 */
export async function planSize(
  run: Run,
  request: ResizeRequest,
  terraform: Terraform,
  host: OurHost,
  step: { detail(text: string): void },
): Promise<SizePlan> {
  const { recorder, store, config, signal } = run;
  const { workspace } = recorder.document;
  const { name, app, environment } = request;
  const wanted = resizedHost(config, request, host.desired);
  const document = await readHosts(store, workspace, app, environment);
  const candidate = withHost(document, name, wanted);
  const target = moduleAddress(name, wanted);
  await terraform.prepare(signal);
  const json = await terraform.plan(candidate, target, signal);
  const judgement = await judgePlan(host, json, signal);
  const { impact, reasons, before } = judgement;
  const byHand = before.map(call => commandOf(wanted, call));
  await recorder.update({
    plan: planToShow(recorder.document.plan, summarizePlan(json)),
    impact,
    // A run that is taken up again may find the new size in the records already.
    before: recorder.document.before ?? sizeOf(host.desired),
    byHand: resizeByHand(workspace, target, name, wanted, byHand),
  });
  for (const reason of reasons) recorder.log('info', reason);
  if (impact === 'rebuild')
    throw new NanteError(
      'refused',
      `The change would rebuild the host: ${reasons.join(' ')} Nothing was changed.`,
      { hint: 'Make a new host of the size that is wanted, and move over.' },
    );
  const action = assertPlan(json, target, ['update', 'no-op']);
  if (impact === 'reboot' && !request.allowReboot)
    throw new NanteError(
      'refused',
      `The change restarts ${name}: ${reasons.join(' ')} Nothing was changed.`,
      { hint: 'Send the request again, and agree to the restart.' },
    );
  step.detail(reasons.join(' ') || `${name} has this size already.`);
  return { host, wanted, candidate, action, judgement };
}

function sizeOf(host: DesiredHost) {
  const { cores, memory_mb: memoryMb, disk_gb: diskGb } = host;
  return { cores, memoryMb, diskGb };
}

function commandOf(host: DesiredHost, call: CallBefore): string {
  return call.what === 'memory'
    ? `pvesh set ${guestPath(host)}/config --memory ${call.memoryMb}`
    : `pvesh set ${guestPath(host)}/resize --disk ${systemDisk[host.kind]} --size ${call.sizeGb}G`;
}

import type { RegisterRequest } from '@nante/model';
import { octopusFor } from '../connections';
import { targetEntries } from './targetEntries';
import { readLedger } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { registerByHand } from './byHand';
import { preview } from './preview';
import { registerTarget, type WantedTarget } from './registerTarget';
import { assertResolved, resolveTarget } from './resolveTarget';

/** Makes a cluster a target, by the address of its API; no host of ours stands behind it. */
export async function registerCluster(
  run: Run,
  lease: Lease,
  request: RegisterRequest,
  step: { detail(text: string): void },
): Promise<void> {
  const { context, config, recorder, store, signal } = run;
  const { name, app, environment, target: choice } = request;
  const kubernetes = request.kubernetes!;
  const octopus = octopusFor(config, request, { change: true });
  const host = { name, app, environment };
  const wish = { host, octopus, choice, kubernetes };
  const api = await context.octopus(octopus.name);
  const found = await resolveTarget(api, config, wish, { signal });
  assertResolved(found.problems);
  const { accountId, certificateId } = found.target;
  const entries = await readLedger(store, recorder.document.workspace);
  const [known] = targetEntries(entries, name);
  const { url, namespace } = kubernetes;
  const wanted: WantedTarget = {
    ...{ wish, resolved: found.target, adopt: request.adopt },
    // The request that made it first: there is no host whose request counts.
    requestId: known?.requestId ?? request.requestId,
    endpoint: {
      ...{ style: 'kubernetes', url, namespace, accountId: accountId! },
      ...(certificateId && { certificateId }),
    },
  };
  if (request.dryRun) {
    await preview(run, api, step, wanted);
    return;
  }
  await recorder.update({ byHand: registerByHand(wanted) });
  await registerTarget(run, lease, wanted, step);
}

import { isDeepStrictEqual } from 'node:util';
import type { ProxmoxGuest } from '@nante/clients';
import {
  NanteError,
  type DesiredHost,
  type PlanSummary,
  type RepairRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { moduleAddress, resourceAddress } from '../provision/desired';
import { guestSize, sizeDifferences } from '../resize/guestSize';
import type { StepTitle } from '../runs/recorder';
import { readHosts, withHost } from '../store/hosts';
import {
  assertPlan,
  hostChange,
  summarizePlan,
  type HostChange,
} from '../terraform/plan';
import type { RunOptions } from '../types';
import { valueOf } from './fact';
import { connectionName, type HostFindings } from './hostFindings';
import {
  closeInterrupted,
  executeRepair,
  lookAgain,
  noteRepair,
  terraformByHand,
} from './repairRun';
import { guestTitle } from './things';

const steps: readonly StepTitle[] = [
  ['lock', 'Take the lock, see that the guest is ours and not in the state'],
  ['plan', 'Compare the guest with what is desired'],
  ['adopt', 'Take the guest into the state'],
  ['record', 'Record the result'],
];

/** Takes a guest that is provably ours into the Terraform state; the guest itself is not touched. */
export function adopt(
  context: EngineContext,
  repaired: RunDocument,
  request: RepairRequest,
  options: RunOptions,
): Promise<RunDocument> {
  return executeRepair(context, repaired, request, options, {
    ...{ kind: 'adopt', steps, byHand: terraformByHand(repaired) },
    body: run => adoptGuest(run, repaired),
  });
}

async function adoptGuest(
  run: Run,
  repaired: RunDocument,
): Promise<Partial<RunDocument>> {
  const { recorder, store, signal } = run;
  const { workspace, app, environment } = repaired;
  const { lease, terraform, host, isDone } = await recorder.step(
    'lock',
    async step => {
      const opened = await run.lock();
      const { findings, isDone: nothing } = await lookAgain(
        run,
        repaired,
        'adopt',
      );
      await closeInterrupted(run.store, repaired, recorder.document.id);
      const [found] = findings.hosts;
      step.detail(`${guestTitle(found)} is ours`);
      return { ...opened, host: found, isDone: nothing };
    },
  );
  const { desired, entry, guest } = provenHost(host);
  const target = moduleAddress(host.name, desired);
  const candidate = withHost(
    await readHosts(store, workspace, app, environment),
    host.name,
    desired,
  );
  const wish = {
    address: resourceAddress(host.name, desired),
    id: `${guest.node}/${guest.vmId}`,
  };
  const restarts = await recorder.step('plan', async step => {
    if (isDone) {
      step.skip('The state knows the guest already.');
      return false;
    }
    await terraform.prepare(signal);
    await terraform.importNext(wish);
    try {
      const json = await terraform.plan(candidate, target, signal);
      const summary = summarizePlan(json);
      await recorder.update({ plan: summary });
      assertPlan(json, target, ['no-op', 'update']);
      const found = [
        ...(await sizeProblems(run, repaired, guest, desired)),
        ...saidDifferences(summary, hostChange(json, target)),
      ];
      if (found.length > 0) throw differs(guestTitle(host), found);
      return hostChange(json, target).changed.includes('agent');
    } finally {
      await terraform.importNext(null);
    }
  });
  await recorder.step('adopt', async step => {
    if (isDone) return step.skip('There is nothing to do.');
    await lease.assertHeld();
    await terraform.importNow(wish);
    return undefined;
  });
  await recorder.step('record', async () => {
    if (entry.state !== 'created')
      await writeEntry(store, workspace, {
        ...entry,
        runId: recorder.document.id,
        state: 'adopted',
      });
    await noteRepair(run.store, repaired, recorder.document.id, [
      `${guestTitle(host)} exists and is in the Terraform state again.`,
      ...(restarts
        ? [
            `The next request for it restarts it: an import cannot know how long Terraform waits for the guest agent, and writing that down takes a restart. Choose the hour.`,
          ]
        : []),
    ]);
  });
  return {};
}

/** What `lookAgain` has made sure of, in the words of types. */
function provenHost(host: HostFindings) {
  const desired = valueOf(host.desired);
  const entry = valueOf(host.entry);
  const guest = valueOf(host.guest)?.guest;
  if (desired && entry && guest) return { desired, entry, guest };
  throw new NanteError(
    'refused',
    `Our records of ${host.name} changed meanwhile; nothing was done.`,
  );
}

/** What Terraform alone knows of a guest: how long it waits, and how it removes one. */
const ownSettings =
  /^(timeout_|stop_on_destroy$|purge_on_destroy$|delete_unreferenced_disks_on_destroy$|reboot_after_update$)/;

/**
 * What the plan would change of what the import says. An import does not say everything: what it leaves out is no
 * difference, and what counts of it is compared with Proxmox itself.
 */
function saidDifferences(
  { changes }: PlanSummary,
  { before: found, after: wanted }: HostChange,
): string[] {
  const isAgentSame = isDeepStrictEqual(
    agentItself(found.agent),
    agentItself(wanted.agent),
  );
  return changes
    .flatMap(({ attributes }) => attributes)
    .filter(({ name, before }) => before !== null && !ownSettings.test(name))
    .filter(({ name }) => name !== 'agent' || !isAgentSame)
    .map(({ name, before, after }) => `${name} ${before} instead of ${after}`);
}

/** What Proxmox knows of the guest agent, without how long Terraform waits for it, and for what. */
function agentItself(agent: unknown): unknown {
  if (!Array.isArray(agent)) return agent;
  return agent.map(({ timeout, wait_for_ip: waits, ...itself }) => itself);
}

async function sizeProblems(
  { context, config, signal }: Run,
  repaired: RunDocument,
  { node, kind, vmId }: ProxmoxGuest,
  desired: DesiredHost,
): Promise<string[]> {
  const proxmox = await context.proxmox(connectionName(config, repaired));
  const found = await proxmox.guestConfig(node, kind, vmId, { signal });
  return sizeDifferences(guestSize(kind, found), desired);
}

function differs(title: string, found: string[]): NanteError {
  return new NanteError(
    'refused',
    `${title} differs from what is desired, so it was not taken into the state: ${found.join('; ')}.`,
    {
      hint: 'Nothing was changed. Correct the guest or the request; or finish the run, which brings the guest to what is desired.',
    },
  );
}

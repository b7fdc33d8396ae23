import type { NewMachine, OctopusApi, OctopusMachine } from '@nante/clients';
import { NanteError, type LedgerEntry, type Registration } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { readLedger, targetEntryId, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { targetChanges } from './difference';
import type { TargetEndpoint } from './endpoint';
import { checkTarget, isWell } from './health';
import type { ResolvedTarget, TargetWish } from './resolveTarget';
import {
  findTarget,
  sameThumbprint,
  targetEntries,
  targetEntry,
  targetName,
} from './targetEntries';

/** A target that a run is about to make, or to find as it should be. */
export interface WantedTarget extends TargetEndpoint {
  wish: TargetWish;
  resolved: ResolvedTarget;
  /** Request that made the host: its target belongs to that. */
  requestId: string;
  /** A target of the same thumbprint that somebody else made becomes ours. */
  adopt: boolean;
}

interface Step {
  detail(text: string): void;
}

/**
 * Makes the target, or brings the one that is ours to what is asked, and has it checked. What is as asked and healthy
 * already is only read. The ledger says before and after each effect how far it got.
 *
 * @throws NanteError `conflict` where the name belongs to a target that is not ours; `refused` for one that somebody has
 *   disabled; `failed` where it is not healthy: the document then has its `registration` all the same
 */
export async function registerTarget(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  wanted: WantedTarget,
  step: Step,
): Promise<Registration> {
  const { context, signal } = run;
  const { wish } = wanted;
  const api = await context.octopus(wish.octopus.name);
  const found = await ourMachine(run, api, wanted);
  const made = found
    ? await adjust(run, lease, api, wanted, found)
    : await make(run, lease, api, wanted);
  if (made.machine.isDisabled)
    throw new NanteError(
      'refused',
      `The target ${made.machine.name} is disabled in Octopus, so that nothing is deployed to it.`,
      { hint: 'Enable it on its page in Octopus, then finish this run.' },
    );
  const url = await api.pageUrl('targets', made.machine.id);
  const isAsked = !made.isChanged && isWell(made.machine);
  const checked = isAsked
    ? { machine: made.machine }
    : await checkTarget(run, api, made.machine.id);
  const registration: Registration = {
    ...registrationOf(wanted, checked.machine, url),
    ...(checked.problem && { healthDetail: checked.problem }),
  };
  await run.recorder.update({ registration });
  throwIfCancelled(signal);
  const title = `${registration.machineName} (${registration.machineId})`;
  if (checked.problem)
    throw new NanteError(
      'failed',
      `The target ${title} is registered, and not healthy: ${checked.problem}`,
      {
        hint: `Its page in Octopus is ${url}. Correct what is named, then finish this run: it checks the target again.`,
      },
    );
  step.detail(
    `${title} is ${registration.health}${isAsked ? ', and as it was asked for; nothing was changed' : ''}`,
  );
  return registration;
}

/** What a document says of a target. */
export function registrationOf(
  { wish, resolved }: Pick<WantedTarget, 'wish' | 'resolved'>,
  machine: OctopusMachine,
  url: string,
): Registration {
  return {
    connection: wish.octopus.name,
    machineId: machine.id,
    machineName: machine.name,
    environments: resolved.environments.map(({ name }) => name),
    roles: machine.roles,
    style: wish.choice.style,
    health: machine.health,
    url,
  };
}

/**
 * The machine that is the host's target already.
 *
 * @returns undefined where there is none, and the name is free
 * @throws NanteError `conflict`
 */
export async function ourMachine(
  { recorder, store, signal }: Pick<Run, 'recorder' | 'store' | 'signal'>,
  api: OctopusApi,
  { wish, thumbprint, adopt }: WantedTarget,
): Promise<{ machine: OctopusMachine; entry?: LedgerEntry } | undefined> {
  const name = targetName(wish.host);
  const id = targetEntryId(wish.octopus.name, wish.host.name);
  const entries = await readLedger(store, recorder.document.workspace);
  const entry = targetEntries(entries, wish.host.name).find(
    one => one.id === id,
  );
  if (entry) {
    const { machine, problems } = await findTarget(api, entry, name, {
      signal,
    });
    const isOurs = problems.length === 0;
    if (machine && isOurs) return { machine, entry };
    if (machine)
      throw new NanteError(
        'conflict',
        `The target ${machine.id} in Octopus ${wish.octopus.name} is not provably ours: ${problems.join('; ')}.`,
        {
          hint: 'Nothing was changed. Look at the target in Octopus: nothing is taken over unless its id, its name and its thumbprint agree with our ledger.',
        },
      );
  }
  const namesake = await api.findMachine(name, { signal });
  if (!namesake) return undefined;
  const isSame = sameThumbprint(namesake.thumbprint, thumbprint);
  if (adopt && isSame) return { machine: namesake };
  throw new NanteError(
    'conflict',
    `Octopus ${wish.octopus.name} has a target ${name} (${namesake.id}) that is not ours: ${isSame ? 'it has the thumbprint of this host, and our ledger does not know it' : `it has the thumbprint ${namesake.thumbprint ?? '(none)'}, and this host ${thumbprint ?? '(none)'}`}.`,
    {
      hint: isSame
        ? 'Nothing was changed. To take it over, say so: adopt.'
        : 'Nothing was changed. Remove or rename that target in Octopus, where it stands for another machine.',
    },
  );
}

/** The machine as it is wanted. */
export function wantedMachine({
  wish,
  resolved,
  endpoint,
}: Pick<WantedTarget, 'wish' | 'resolved' | 'endpoint'>): NewMachine {
  return {
    name: targetName(wish.host),
    environmentIds: resolved.environments.map(({ id }) => id),
    roles: resolved.roles,
    ...(resolved.policyId && { policyId: resolved.policyId }),
    endpoint,
  };
}

interface Made {
  machine: OctopusMachine;
  isChanged: boolean;
}

async function make(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  api: OctopusApi,
  wanted: WantedTarget,
): Promise<Made> {
  await lease.assertHeld();
  await note(run, wanted, '', 'intended');
  // Not ended by a cancelled run: what is made has to stand in the ledger.
  const machine = await api.createMachine(wantedMachine(wanted));
  await note(run, wanted, machine.id, 'created');
  run.recorder.log(
    'info',
    `${machine.name} is a target (${machine.id}) in ${wanted.resolved.environments.map(({ name }) => name).join(', ')} with the tags ${machine.roles.join(', ')}.`,
  );
  return { machine, isChanged: true };
}

async function adjust(
  run: Run,
  lease: Pick<Lease, 'assertHeld'>,
  api: OctopusApi,
  wanted: WantedTarget,
  { machine, entry }: { machine: OctopusMachine; entry?: LedgerEntry },
): Promise<Made> {
  const { recorder } = run;
  const isNew = !entry;
  const state = isNew || entry.state === 'adopted' ? 'adopted' : 'created';
  const { change, texts } = targetChanges(machine, wantedMachine(wanted));
  if (texts.length === 0) {
    const isKnown =
      entry?.state === state &&
      entry.outsideId === machine.id &&
      entry.requestId === wanted.requestId &&
      sameThumbprint(entry.thumbprint, wanted.thumbprint);
    if (!isKnown) await note(run, wanted, machine.id, state);
    return { machine, isChanged: isNew };
  }
  await lease.assertHeld();
  // It bears our tag already, or is about to: by that and its id it is known meanwhile.
  if (!sameThumbprint(machine.thumbprint, wanted.thumbprint))
    await note(run, wanted, machine.id, 'intended');
  const changed = await api.updateMachine(machine.id, change);
  await note(run, wanted, machine.id, state);
  for (const text of texts) recorder.log('info', `${machine.name}: ${text}`);
  return { machine: changed, isChanged: true };
}

/** Says in the ledger how it stands with the target. */
async function note(
  { recorder, store }: Run,
  { wish, requestId, thumbprint }: WantedTarget,
  outsideId: string,
  state: LedgerEntry['state'],
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  const more = { outsideId, requestId, runId, thumbprint };
  await writeEntry(store, workspace, {
    ...targetEntry(wish.octopus.name, wish.host, more),
    state,
  });
}

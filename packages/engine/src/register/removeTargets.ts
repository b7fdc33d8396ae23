import { NanteError, type LedgerEntry } from '@nante/model';
import { readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { findTarget, targetEntries, targetName } from './targetEntries';

type Cleaning = Pick<Run, 'context' | 'store' | 'recorder'>;

/**
 * Removes the targets of a host from Octopus, by their recorded ids and only where id, name and thumbprint agree; one that
 * is gone is success. What cannot be removed keeps nobody from going on: it stays in the ledger as left behind, and a
 * repeat, or the next host of that name, sees to it.
 *
 * @returns what is left, one line each, for the run's document
 */
export async function removeTargets(
  run: Cleaning,
  host: string,
): Promise<string[]> {
  const { recorder } = run;
  const left: string[] = [];
  for (const entry of await openTargets(run, host)) {
    const why = await removeTarget(run, entry).then(
      () => undefined,
      (error: unknown) =>
        error instanceof Error ? error.message : String(error),
    );
    // One that was only intended keeps its state: by that its target is told.
    if (why !== undefined && entry.state !== 'intended')
      await close(run, entry, 'left behind');
    if (why === undefined) continue;
    const line = `The target ${nameOf(run, entry)}${entry.outsideId ? ` (${entry.outsideId})` : ''} is left in the Octopus ${entry.connection}: ${why} ${entry.undo}`;
    recorder.log('warn', line);
    left.push(line);
  }
  return left;
}

/** Says in the ledger that a host which lives on without us keeps its target. */
export async function leaveTargetsAlone(
  run: Pick<Run, 'store' | 'recorder'>,
  host: string,
): Promise<void> {
  for (const entry of await openTargets(run, host))
    if (entry.state !== 'intended') await close(run, entry, 'left behind');
}

/** Open entries of a host's targets. */
export async function openTargets(
  { store, recorder }: Pick<Run, 'store' | 'recorder'>,
  host: string,
): Promise<LedgerEntry[]> {
  const entries = await readLedger(store, recorder.document.workspace);
  return targetEntries(entries, host);
}

/**
 * Removes one target, and says so in the ledger.
 *
 * @throws NanteError `refused` that says what disagreed; `unreachable` and the like
 */
export async function removeTarget(
  run: Cleaning,
  entry: LedgerEntry,
): Promise<void> {
  const { context, recorder } = run;
  const api = await context.octopus(entry.connection);
  const { machine, problems } = await findTarget(
    api,
    entry,
    nameOf(run, entry),
  );
  if (machine && problems.length > 0)
    throw new NanteError(
      'refused',
      `the target ${machine.id} is not provably ours: ${problems.join('; ')}.`,
      {
        hint: 'Nothing was removed. Look at the target in Octopus: nothing is removed unless its id, its name and its thumbprint agree with our ledger.',
      },
    );
  if (machine) {
    await api.deleteMachine(machine.id);
    recorder.log(
      'info',
      `The target ${machine.name} (${machine.id}) was removed from the Octopus ${entry.connection}.`,
    );
  } else
    recorder.log(
      'info',
      `The target ${nameOf(run, entry)} is gone from the Octopus ${entry.connection} already.`,
    );
  await close(run, entry, 'removed');
}

function nameOf(
  { recorder }: Pick<Run, 'recorder'>,
  entry: LedgerEntry,
): string {
  const { app, environment } = recorder.document;
  return targetName({ app, environment, name: entry.host });
}

function close(
  { store, recorder }: Pick<Run, 'store' | 'recorder'>,
  entry: LedgerEntry,
  state: LedgerEntry['state'],
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  return writeEntry(store, workspace, { ...{ ...entry, runId }, state });
}

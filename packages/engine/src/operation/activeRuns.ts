import type { RunDocument } from '@nante/model';

interface ActiveRun {
  initial: RunDocument;
  end: Promise<RunDocument>;
}

/** Runs that this process executes, by work directory and id. */
const activeRuns = new Map<string, ActiveRun>();

const keyOf = (workDirectory: string, id: string) => `${workDirectory} ${id}`;

/** The run of an id that works in this process. */
export function activeRun(
  workDirectory: string,
  id: string,
): ActiveRun | undefined {
  return activeRuns.get(keyOf(workDirectory, id));
}

/** Registers a run for as long as it works. */
export function registerRun(workDirectory: string, run: ActiveRun): void {
  const key = keyOf(workDirectory, run.initial.id);
  activeRuns.set(key, run);
  const forget = () => activeRuns.delete(key);
  run.end.then(forget, forget);
}

/** True while any engine of this process executes the run. */
export function isExecutedHere(id: string): boolean {
  return [...activeRuns.values()].some(({ initial }) => initial.id === id);
}

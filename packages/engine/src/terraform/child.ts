import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { NanteError } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import {
  findDetached,
  followFile,
  interrupt,
  programId,
  startDetached,
  type DetachedHandle,
} from '../process';
import { isPastLock, parseLine, type Diagnostic } from './events';
import type { WorkspacePaths } from './root';
import type { TerraformSetting } from './setting';
import { describeStateLock, readStateLock, rememberOwnLock } from './stateLock';

/** A Terraform that works in a workspace's directory. */
export interface LiveChild {
  pid: number;
  /** Command and run, in words. */
  purpose: string;
}

/** What a command left behind. */
export interface ChildOutcome {
  /** Null when something killed it. */
  exitCode: number | null;
  errorText: string;
  diagnostics: Diagnostic[];
}

const lockPollMs = 500;

/** The Terraform that still works in a workspace's directory, also after our own restart. */
export async function liveChild(
  paths: WorkspacePaths,
): Promise<LiveChild | undefined> {
  const found = await findDetached(paths.child);
  if (found?.state !== 'running') return undefined;
  const { handle } = found;
  return { pid: programId(handle), purpose: handle.purpose ?? handle.command };
}

/** Waits until the Terraform of an earlier process has ended by itself. */
export async function waitForChild(
  paths: WorkspacePaths,
  signal?: AbortSignal,
): Promise<void> {
  while (await liveChild(paths)) {
    throwIfCancelled(signal);
    await sleep(200);
  }
}

/**
 * Runs a Terraform that changes something, or takes its time: detached, with its output in files that are followed.
 * When we die, it goes on and ends cleanly, and its record tells the next process about it. A cancel is one SIGINT; then
 * its end is waited for, because a second one would leave a lock and things that no state knows.
 *
 * @throws NanteError `failed` when it has not ended within the grace after a cancel; it is not killed
 */
export async function runChild(
  args: readonly string[],
  environment: Record<string, string>,
  setting: TerraformSetting,
  options: { signal?: AbortSignal; show?: boolean },
): Promise<ChildOutcome> {
  const { paths, redactor } = setting;
  throwIfCancelled(options.signal);
  const handle = await startDetached({
    file: setting.binary,
    args,
    cwd: paths.root,
    env: environment,
    purpose: `terraform ${args[0]} of run ${setting.runId}`,
    outputFile: paths.output,
    errorFile: paths.errors,
    recordFile: paths.child,
  });
  const outcome: ChildOutcome = {
    exitCode: null,
    errorText: '',
    diagnostics: [],
  };
  const ended = new AbortController();
  const overdue = new AbortController();
  let pastLock = false;
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    setting.onLine({
      level: 'warn',
      text: 'Cancelling: Terraform was asked once to stop, and finishes what it is doing.',
    });
    timer = setTimeout(() => overdue.abort(), setting.cancelGraceMs);
    interrupt(handle).catch(error =>
      setting.onLine({ level: 'error', text: `It cannot be asked: ${error}` }),
    );
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const watch = watchLock(setting, ended.signal, () => pastLock);
  try {
    for await (const { line } of followFile(handle, 0, overdue.signal)) {
      const parsed = parseLine(redactor.redact(line));
      if (isPastLock(parsed.event)) pastLock = true;
      if (parsed.event?.type === 'diagnostic')
        outcome.diagnostics.push(parsed.event.diagnostic);
      // An apply begins by saying the plan again.
      const isRepeated =
        args[0] === 'apply' && parsed.event?.type === 'planned_change';
      if (options.show && parsed.text && !isRepeated) setting.onLine(parsed);
    }
    const end = await findDetached(paths.child);
    if (end?.state === 'running') throw overdueError(end.handle, setting);
    if (end?.state === 'finished') outcome.exitCode = end.exitCode;
    outcome.errorText = stripVTControlCharacters(
      redactor.redact(await readFile(paths.errors, 'utf8')),
    );
    // Read to its end, and as the program wrote it: what may stay went through the redactor.
    for (const file of [paths.output, paths.errors])
      await rm(file, { force: true });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', cancel);
    ended.abort();
    await watch;
  }
  if (options.show && outcome.errorText.trim())
    for (const line of outcome.errorText.trim().split('\n'))
      setting.onLine({ level: 'error', text: line });
  return outcome;
}

function overdueError(
  handle: DetachedHandle,
  { cancelGraceMs, workspace }: TerraformSetting,
): NanteError {
  return new NanteError(
    'failed',
    `Terraform (process ${programId(handle)}) still works ${Math.round(cancelGraceMs / 1000)} s after it was asked to stop. It was not killed, and ${workspace} stays locked until it ends.`,
    {
      hint: 'Repeat the request later: it waits for that process and goes on.',
    },
  );
}

/** Remembers our own lock as soon as it is provably ours, and says whose lock is waited for. */
async function watchLock(
  setting: TerraformSetting,
  ended: AbortSignal,
  isPast: () => boolean,
): Promise<void> {
  const { store, workspace, paths } = setting;
  const startedAt = Date.now();
  let told = false;
  while (!ended.aborted) {
    try {
      if (isPast()) {
        // A lock that is seen after the child's end may be somebody else's.
        const stillRuns = async () => Boolean(await liveChild(paths));
        if (await rememberOwnLock(store, workspace, paths, stillRuns)) return;
      } else if (!told && Date.now() - startedAt > 2_000) {
        const info = await readStateLock(store, workspace);
        if (info && Date.parse(info.Created) < startedAt) {
          told = true;
          setting.onLine({
            level: 'warn',
            text: `Waiting for Terraform's lock, held by ${describeStateLock(info)}.`,
          });
        }
      }
    } catch {
      // The bucket is away for a moment; the next look tells.
    }
    await sleep(lockPollMs, undefined, { signal: ended }).catch(() => {});
  }
}

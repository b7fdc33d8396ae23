import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import { throwIfCancelled } from '../cancel';
import { processStart } from '../lock/machine';
import { isPastLock, parseLine, type Diagnostic } from './events';
import type { WorkspacePaths } from './root';
import type { TerraformSetting } from './setting';
import { describeStateLock, readStateLock, rememberOwnLock } from './stateLock';

const recordSchema = z.object({
  pid: z.number().int(),
  started: z.string(),
  command: z.string(),
  runId: z.string(),
});

/** A Terraform that somebody started in this directory. */
export type ChildRecord = z.infer<typeof recordSchema>;

/** What a command left behind. */
export interface ChildOutcome {
  exitCode: number | null;
  /** Everything on its standard output, without secrets. */
  text: string;
  errorText: string;
  diagnostics: Diagnostic[];
}

const pollMs = 50;
const lockPollMs = 500;

/** The Terraform that still works in a workspace's directory, also after our own restart. */
export async function liveChild(
  paths: WorkspacePaths,
): Promise<ChildRecord | undefined> {
  if (!existsSync(paths.child)) return undefined;
  let record: ChildRecord;
  try {
    record = recordSchema.parse(
      JSON.parse(await readFile(paths.child, 'utf8')),
    );
  } catch {
    // Cut off while it was written: the process that wrote it died before its child did anything.
    return undefined;
  }
  const started = await processStart(record.pid);
  return started === record.started ? record : undefined;
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
 * Runs Terraform detached, in its own session, with its output in files that are followed: when we die, it goes on and
 * ends cleanly, and its record tells the next process about it. A cancel is one SIGINT; then its end is waited for,
 * because a second one would leave a lock and things that no state knows.
 */
export async function runChild(
  command: {
    binary: string;
    args: readonly string[];
    cwd: string;
    environment: Record<string, string>;
  },
  setting: TerraformSetting,
  options: { signal?: AbortSignal; locks?: boolean; show?: boolean },
): Promise<ChildOutcome> {
  const { paths, redact } = setting;
  throwIfCancelled(options.signal);
  const child = await start(command, setting);
  const outcome: ChildOutcome = {
    exitCode: null,
    text: '',
    errorText: '',
    diagnostics: [],
  };
  let pastLock = false;
  const take = (raw: string) => {
    const line = redact(raw);
    outcome.text += `${line}\n`;
    const parsed = parseLine(line);
    if (isPastLock(parsed.event)) pastLock = true;
    if (parsed.event?.type === 'diagnostic')
      outcome.diagnostics.push(parsed.event.diagnostic);
    if (options.show && parsed.text) setting.onLine(parsed);
  };

  const cancel = () => {
    if (child.pid) process.kill(child.pid, 'SIGINT');
    setting.onLine({
      level: 'warn',
      text: 'Cancelling: Terraform was asked once to stop, and finishes what it is doing.',
    });
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const watch = options.locks
    ? watchLock(setting, child.exited, () => pastLock)
    : undefined;
  try {
    outcome.exitCode = await follow(paths.output, child.exited, take);
    outcome.errorText = redact(await readFile(paths.errors, 'utf8'));
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    await watch;
    await rm(paths.child, { force: true });
  }
  if (options.show && outcome.errorText.trim())
    for (const line of outcome.errorText.trim().split('\n'))
      setting.onLine({ level: 'error', text: line });
  return outcome;
}

interface StartedChild {
  pid?: number;
  exited: Promise<number | null>;
}

async function start(
  command: Parameters<typeof runChild>[0],
  { paths, runId }: TerraformSetting,
): Promise<StartedChild> {
  const output = openSync(paths.output, 'w', 0o600);
  const errors = openSync(paths.errors, 'w', 0o600);
  try {
    const child = spawn(command.binary, [...command.args], {
      cwd: command.cwd,
      env: command.environment,
      detached: true,
      stdio: ['ignore', output, errors],
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('exit', code => resolve(code));
      child.once('error', cause =>
        reject(
          new NanteError(
            'failed',
            `${command.binary} cannot be started: ${cause.message}`,
            {
              hint: 'Install Terraform 1.11 or newer, or name its path in the configuration.',
              cause,
            },
          ),
        ),
      );
    });
    // Looked at later; until then a failed start is no unhandled rejection.
    exited.catch(() => {});
    if (child.pid) {
      const record: ChildRecord = {
        pid: child.pid,
        started: (await processStart(child.pid)) ?? '',
        command: command.args.slice(0, 2).join(' '),
        runId,
      };
      await writeFile(paths.child, JSON.stringify(record));
    }
    return { pid: child.pid, exited };
  } finally {
    closeSync(output);
    closeSync(errors);
  }
}

/** Reads a growing file line by line until the process has ended and everything was read. */
async function follow(
  file: string,
  exited: Promise<number | null>,
  take: (line: string) => void,
): Promise<number | null> {
  const handle = await open(file, 'r');
  const decoder = new TextDecoder();
  let rest = '';
  const drain = async () => {
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      rest += decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    }
  };
  try {
    let ended = false;
    const end = exited.finally(() => {
      ended = true;
    });
    while (!ended) {
      await Promise.race([end, sleep(pollMs)]);
      await drain();
    }
    await drain();
    if (rest) take(rest);
    return await end;
  } finally {
    await handle.close();
  }
}

/** Remembers our own lock as soon as it is provably ours, and says whose lock is waited for. */
async function watchLock(
  setting: TerraformSetting,
  exited: Promise<number | null>,
  isPast: () => boolean,
): Promise<void> {
  const { store, workspace, paths } = setting;
  const startedAt = Date.now();
  let running = true;
  let told = false;
  const stillRuns = () => running;
  const end = exited
    .catch(() => null)
    .then(() => {
      running = false;
    });
  while (stillRuns()) {
    try {
      if (isPast()) {
        // A lock that is seen after the child's end may be somebody else's.
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
    await Promise.race([end, sleep(lockPollMs)]);
  }
}

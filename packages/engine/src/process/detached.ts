import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import { allowedEnvironment } from './environment';
import { keeperSource } from './keeper';
import { processStartTime } from './startTime';

/** Milliseconds until the keeper must have written its record. */
const recordMs = 10_000;

const handleSchema = z.object({
  version: z.literal(1),
  /** Process id of the keeper, which leads the session. */
  pid: z.number().int(),
  /** When that process started, in the system's words: with the pid it names one process only. */
  startTime: z.string(),
  /** The program's name; its arguments may be nobody's business. */
  command: z.string(),
  /** What it is run for, in words for whoever finds it. */
  purpose: z.string().optional(),
  startedAt: z.string(),
  outputFile: z.string(),
  exitFile: z.string(),
  /** The program itself, once it has started. */
  child: z.object({ pid: z.number().int(), startTime: z.string() }).optional(),
});

/** A detached program, as its record describes it. */
export type DetachedHandle = z.infer<typeof handleSchema>;

const endSchema = z.object({
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  failure: z.string().optional(),
  endedAt: z.string(),
});

/** How a detached program stands. */
export type DetachedState =
  | { state: 'running'; handle: DetachedHandle }
  | {
      state: 'finished';
      handle: DetachedHandle;
      /** Null when a signal ended it. */
      exitCode: number | null;
      signal: string | null;
      /** Why it did not start at all, in a sentence. */
      failure?: string;
      endedAt: string;
    }
  /** Gone without a word: killed with its keeper, or the machine went down. */
  | { state: 'dead-without-result'; handle: DetachedHandle };

export interface DetachedCommand {
  file: string;
  args: readonly string[];
  cwd: string;
  /** Added to the few variables of ours that every program needs. */
  env: Record<string, string>;
  /** What it is run for; stands in the record. */
  purpose?: string;
  /** Gets what the program prints, both streams unless `errorFile` is given; emptied first. */
  outputFile: string;
  /** Gets the program's standard error; emptied first. */
  errorFile?: string;
  /** Gets the record; the keeper and its result lie beside it (`.keeper.cjs`, `.exit.json`). */
  recordFile: string;
}

/**
 * Starts a program that outlives us: in a session of its own, with its output in a file, since at a pipe it would die
 * at its next line when we die.
 *
 * @throws NanteError `conflict` while the program of an earlier start with the same record runs; `failed` when it
 *   cannot be started
 */
export async function startDetached(
  command: DetachedCommand,
): Promise<DetachedHandle> {
  const { recordFile, outputFile, errorFile, purpose } = command;
  const earlier = await findDetached(recordFile);
  if (earlier?.state === 'running') {
    throw new NanteError(
      'conflict',
      `${earlier.handle.command} runs already as process ${programId(earlier.handle)}, since ${earlier.handle.startedAt}.`,
      { hint: 'Wait until it has ended.' },
    );
  }
  const exitFile = `${recordFile}.exit.json`;
  const keeperFile = `${recordFile}.keeper.cjs`;
  await Promise.all(
    [recordFile, exitFile].map(file => rm(file, { force: true })),
  );
  await writeFile(keeperFile, keeperSource, { mode: 0o600 });
  const output = await open(outputFile, 'w', 0o600);
  const errors = errorFile ? await open(errorFile, 'w', 0o600) : output;
  try {
    const record = {
      version: 1,
      command: command.file,
      purpose,
      outputFile,
      exitFile,
    };
    const keeper = spawn(
      process.execPath,
      [
        keeperFile,
        recordFile,
        JSON.stringify(record),
        command.file,
        ...command.args,
      ],
      {
        cwd: command.cwd,
        env: { ...allowedEnvironment(), ...command.env },
        detached: true,
        stdio: ['ignore', output.fd, errors.fd],
      },
    );
    await once(keeper, 'spawn');
    keeper.unref();
    return await appearing(recordFile, () => keeper.exitCode !== null);
  } catch (cause) {
    if (NanteError.is(cause)) throw cause;
    throw new NanteError(
      'failed',
      `${command.file} could not be started in ${command.cwd}.`,
      { hint: 'Check that the directory exists and may be used.', cause },
    );
  } finally {
    await output.close();
    if (errors !== output) await errors.close();
  }
}

/** Id of the program itself, for a person; its keeper's while it is only starting. */
export function programId({ pid, child }: DetachedHandle): number {
  return child?.pid ?? pid;
}

/** The record that the keeper writes, once the program has started or could not be. */
async function appearing(
  recordFile: string,
  isGone: () => boolean,
): Promise<DetachedHandle> {
  const end = Date.now() + recordMs;
  for (;;) {
    const gone = isGone();
    const handle = await readJson(recordFile, handleSchema);
    if (handle && (handle.child || existsSync(handle.exitFile))) return handle;
    if (gone || Date.now() > end) {
      throw new NanteError(
        'failed',
        `No record appeared at ${recordFile}; nothing was started.`,
        {
          hint: 'Check that the disk has room and the directory may be written.',
        },
      );
    }
    await sleep(10);
  }
}

/** Looks a detached program up by its record. @returns undefined when nothing was started there */
export async function findDetached(
  recordFile: string,
): Promise<DetachedState | undefined> {
  const handle = await readJson(recordFile, handleSchema);
  return handle && stateOf(handle);
}

async function stateOf(handle: DetachedHandle): Promise<DetachedState> {
  const alive = (await isAlive(handle)) || (await isAlive(handle.child));
  // Looked at after the process: a keeper that is gone has written its result before.
  const end = await readJson(handle.exitFile, endSchema);
  if (!end) return { state: alive ? 'running' : 'dead-without-result', handle };
  const { exitCode, signal, endedAt } = end;
  const failure = end.failure && startFailure(handle.command, end.failure);
  return { state: 'finished', handle, exitCode, signal, failure, endedAt };
}

async function isAlive(
  mark: { pid: number; startTime: string } | undefined,
): Promise<boolean> {
  if (!mark?.startTime) return false;
  return (await processStartTime(mark.pid)) === mark.startTime;
}

function startFailure(command: string, code: string): string {
  return code === 'ENOENT'
    ? `${command} was not found.`
    : `${command} could not be started (${code}).`;
}

/** A line of the output and where the next one begins, to be given to {@link followFile} after a restart. */
export interface FollowedLine {
  line: string;
  nextOffset: number;
}

/**
 * Lines of the program's output, from an offset in bytes, until it has ended and everything was read. An abort ends
 * the following, not the program.
 *
 * @throws NanteError `failed` when the program could not be started
 */
export async function* followFile(
  handle: DetachedHandle,
  fromOffset = 0,
  signal?: AbortSignal,
): AsyncGenerator<FollowedLine> {
  const file = await open(handle.outputFile, 'r');
  try {
    const buffer = Buffer.alloc(64 * 1024);
    let offset = fromOffset;
    let rest: Buffer = Buffer.alloc(0);
    const taken = (line: Buffer, newline: 0 | 1): FollowedLine => {
      offset += line.length + newline;
      return { line: line.toString('utf8'), nextOffset: offset };
    };
    for (;;) {
      // Asked before reading: what a program wrote before it ended is in the file by then.
      const now = await stateOf(handle);
      if (now.state === 'finished' && now.failure)
        throw new NanteError('failed', now.failure, {
          hint: `Install ${handle.command}, or name its path.`,
        });
      for (;;) {
        const { bytesRead } = await file.read(
          buffer,
          0,
          buffer.length,
          offset + rest.length,
        );
        if (bytesRead === 0) break;
        rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          const line = rest.subarray(0, end);
          rest = rest.subarray(end + 1);
          yield taken(line, 1);
        }
      }
      if (signal?.aborted) return;
      if (now.state !== 'running') {
        if (rest.length > 0) yield taken(rest, 0);
        return;
      }
      await sleep(50);
    }
  } finally {
    await file.close();
  }
}

/**
 * Asks the program once to end. A second SIGINT would make Terraform give up on its state, so further calls do nothing;
 * and nothing harder ever follows.
 */
export async function interrupt(handle: DetachedHandle): Promise<void> {
  try {
    if (await isAlive(handle)) process.kill(handle.pid, 'SIGINT');
    else if (handle.child && (await isAlive(handle.child)))
      process.kill(handle.child.pid, 'SIGINT');
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function readJson<S extends z.ZodType>(
  file: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Not ours, or of another version: as good as absent.
    return undefined;
  }
}

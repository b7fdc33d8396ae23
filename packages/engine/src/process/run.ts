import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { execa, type ResultPromise } from 'execa';
import { allowedEnvironment } from './environment';
import { createLineSplitter } from './lines';
import type { Redactor } from './redactor';

/** A program to run. Arguments reach it as they are; there is no shell. */
export interface RunCommand {
  /** Name or path of the program. */
  file: string;
  args: readonly string[];
  cwd?: string;
  /** Added to the few variables of ours that every program needs; nothing else of our environment is inherited. */
  env?: Record<string, string>;
  /** Given to its standard input, which is closed after it. */
  input?: string;
  /** Milliseconds. */
  timeoutMs: number;
  /** Milliseconds between the one SIGINT and SIGTERM; 10 000 unless given. */
  graceMs?: number;
  signal?: AbortSignal;
  redactor: Redactor;
  /** Keeps the whole standard output, for programs whose answer is a document. */
  keepText?: boolean;
  /** Each line as it comes, without secrets. */
  onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  /** For the message when the program is missing: why it is needed and how to get it. */
  missing?: { why: string; how: string };
}

export interface RunResult {
  exitCode: 0;
  /** Last lines of its standard output, without secrets. */
  stdout: string[];
  /** The whole standard output without secrets, with `keepText`. */
  text: string;
  durationMs: number;
}

const keptLines = 10_000;
const shownLines = 15;
const killAfterMs = 5_000;

/**
 * Runs a program to its end. It gets a process group of its own, so that a signal meant for us (Ctrl-C, a runner that
 * is cancelled) does not reach it twice. A cancel or the deadline is one SIGINT to the program, the grace, SIGTERM, and
 * after five more seconds SIGKILL for its whole group.
 *
 * @throws NanteError `failed` (its own failure with exit code and the end of the output, the deadline, or a program
 *   that is missing), `cancelled`
 */
export async function runProcess(command: RunCommand): Promise<RunResult> {
  const { file, redactor, signal } = command;
  const started = Date.now();
  if (signal?.aborted) throw cancelled(command);
  const stdout: string[] = [];
  const tail: string[] = [];
  let text = '';
  const child = execa(file, command.args, {
    cwd: command.cwd,
    env: { ...allowedEnvironment(), ...command.env },
    extendEnv: false,
    input: command.input,
    stdin: command.input === undefined ? 'ignore' : 'pipe',
    buffer: false,
    detached: true,
    // Ours to end: execa would send SIGTERM first.
    cleanup: false,
    reject: false,
  });
  const take = (stream: 'stdout' | 'stderr') => (raw: string) => {
    const line = redactor.redact(raw);
    if (stream === 'stdout') keep(stdout, line, keptLines);
    keep(tail, line, shownLines);
    command.onLine?.(stream, line);
  };
  const readers = [
    readLines(child.stdout, take('stdout'), piece => {
      if (command.keepText) text += piece;
    }),
    readLines(child.stderr, take('stderr')),
  ];

  let reason: 'timeout' | 'cancel' | undefined;
  const ended = new AbortController();
  const end = (why: 'timeout' | 'cancel') => {
    if (reason) return;
    reason = why;
    void stop(child, command.graceMs ?? 10_000, ended.signal);
  };
  const timer = setTimeout(() => end('timeout'), command.timeoutMs);
  const onAbort = () => end('cancel');
  signal?.addEventListener('abort', onAbort, { once: true });
  let result: Awaited<typeof child>;
  try {
    result = await child;
    await Promise.all(readers);
  } finally {
    ended.abort();
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }

  if (reason === 'cancel') throw cancelled(command);
  if (reason === 'timeout') {
    throw failure(
      command,
      `did not end within ${command.timeoutMs / 1000} s and was stopped.`,
      tail,
    );
  }
  if (result.exitCode === 0) {
    return {
      exitCode: 0,
      stdout,
      text: redactor.redact(text),
      durationMs: Date.now() - started,
    };
  }
  if (result.exitCode === undefined && !result.signal) {
    throw notStarted(command, result);
  }
  throw failure(
    command,
    result.signal
      ? `was ended by ${result.signal}.`
      : `failed with exit code ${result.exitCode}.`,
    tail,
    result.exitCode,
  );
}

async function readLines(
  stream: NodeJS.ReadableStream | null,
  take: (line: string) => void,
  keepPiece: (piece: string) => void = () => {},
): Promise<void> {
  if (!stream) return;
  const splitter = createLineSplitter();
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const piece = `${chunk}`;
    keepPiece(piece);
    splitter.push(piece).forEach(take);
  }
  splitter.end().forEach(take);
}

async function stop(
  child: ResultPromise,
  graceMs: number,
  ended: AbortSignal,
): Promise<void> {
  const wait = (ms: number) =>
    sleep(ms, undefined, { signal: ended }).then(
      () => false,
      () => true,
    );
  child.kill('SIGINT');
  if (await wait(graceMs)) return;
  child.kill('SIGTERM');
  if (await wait(killAfterMs)) return;
  if (child.pid) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended between the two lines.
    }
  }
}

function keep(lines: string[], line: string, most: number): void {
  lines.push(line);
  if (lines.length > most) lines.shift();
}

/** The command as a person would type it, without secrets. */
function shownCommand({ file, args, redactor }: RunCommand): string {
  return redactor.redact([file, ...args].join(' '));
}

function cancelled(command: RunCommand): NanteError {
  return new NanteError(
    'cancelled',
    `${shownCommand(command)} was cancelled.`,
    { cause: command.signal?.reason },
  );
}

function failure(
  command: RunCommand,
  what: string,
  output: readonly string[],
  exitCode?: number,
): NanteError {
  return new NanteError(
    'failed',
    [`${shownCommand(command)} ${what}`, ...output].join('\n'),
    { details: { command: shownCommand(command), exitCode, output } },
  );
}

function notStarted(
  command: RunCommand,
  result: { code?: string; shortMessage?: string },
): NanteError {
  const { file, missing } = command;
  if (result.code === 'ENOENT' || result.code === 'EACCES') {
    return new NanteError(
      'failed',
      result.code === 'EACCES'
        ? `${file} may not be executed.`
        : `${file} was not found${missing ? `; it is needed ${missing.why}` : ''}.`,
      {
        hint: missing?.how ?? `Install ${file}, or put it on the PATH.`,
        details: { file, code: result.code },
      },
    );
  }
  return new NanteError(
    'failed',
    `${file} could not be started (${result.code ?? 'unknown reason'}).`,
    { details: { file, code: result.code } },
  );
}

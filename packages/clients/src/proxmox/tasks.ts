import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import { saysMissing } from './failures';
import type { ProxmoxConnection } from './connection';
import type { CallOptions, ProxmoxTaskResult } from './types';
import { number } from './values';

const firstPollMs = 250;
const longestPollMs = 2_000;
/** How long a new task may be unknown: the worker registers it after the answer. */
const birthMs = 5_000;
const shownLogLines = 12;

const statusSchema = z.object({
  status: z.enum(['running', 'stopped']),
  exitstatus: z.string().optional(),
});
const logSchema = z.array(z.object({ n: number, t: z.string() }));

/** Node and kind of a task, out of its UPID. @throws NanteError `invalid-input` for any other text */
function parseUpid(upid: string): { node: string; type: string } {
  const match =
    /^UPID:([^:]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,}:[0-9A-Fa-f]{8}:([^:]*):[^:]*:[^:]+:$/.exec(
      upid,
    );
  if (!match) {
    throw new NanteError('invalid-input', `"${upid}" is no Proxmox task id.`);
  }
  return { node: match[1], type: match[2] };
}

/** Polls a task until it has ended. */
export async function waitForTask(
  connection: ProxmoxConnection,
  upid: string,
  options: CallOptions & { timeoutMs?: number },
): Promise<ProxmoxTaskResult> {
  const { signal, timeoutMs = 300_000 } = options;
  const { node, type } = parseUpid(upid);
  const base = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(upid)}`;
  const start = Date.now();
  const spent = () => Date.now() - start;
  let pauseMs = firstPollMs;
  let away: NanteError | undefined;
  for (;;) {
    try {
      const task = await connection.get(base.concat('/status'), statusSchema, {
        signal,
        excuse: answer =>
          answer.status === 400 && saysMissing(answer) && spent() < birthMs
            ? { result: undefined }
            : undefined,
      });
      away = undefined;
      if (task?.status === 'stopped' && task.exitstatus !== undefined) {
        return await judge(
          connection,
          base,
          `${type} on ${node}`,
          task.exitstatus,
          signal,
        );
      }
    } catch (error) {
      // The task goes on while the server restarts or the network is away.
      if (!NanteError.is(error) || error.code !== 'unreachable') throw error;
      away = error;
    }
    if (spent() + pauseMs > timeoutMs) {
      throw (
        away ??
        new NanteError(
          'failed',
          `The Proxmox task ${type} on ${node} did not end within ${timeoutMs / 1000} s.`,
          {
            hint: 'It may still end; look at the task in Proxmox.',
            details: { upid },
          },
        )
      );
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(longestPollMs, pauseMs * 1.5);
  }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new NanteError(
      'cancelled',
      'Waiting for the Proxmox task was cancelled; the task goes on.',
      { cause },
    );
  }
}

async function judge(
  connection: ProxmoxConnection,
  base: string,
  title: string,
  exitStatus: string,
  signal?: AbortSignal,
): Promise<ProxmoxTaskResult> {
  if (exitStatus === 'OK') return { exitStatus, warnings: 0 };
  const warnings = /^WARNINGS: (\d+)$/.exec(exitStatus);
  if (warnings) return { exitStatus, warnings: Number(warnings[1]) };
  let log: string[] = [];
  try {
    const lines = await connection.get(`${base}/log`, logSchema, {
      signal,
      query: { start: 0, limit: 0 },
    });
    log = lines.slice(-shownLogLines).map(line => line.t);
  } catch {
    // The reason is known already; the log would only have said it at length.
  }
  throw new NanteError(
    'failed',
    [`The Proxmox task ${title} failed: ${exitStatus}`, ...log].join('\n'),
    { details: { exitStatus, log } },
  );
}

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessMark } from '@nante/model';
import { processStartTime } from '../process';

let machine: string | undefined;

/**
 * Host name, boot and process namespace: two containers on one kernel see different processes under the same pid, and
 * after a reboot no process of before exists.
 */
export function machineId(): string {
  machine ??= createHash('sha256')
    .update(
      [
        hostname(),
        read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
        read(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 16);
  return machine;
}

/** Mark of this process. */
export async function ownProcess(): Promise<ProcessMark> {
  return {
    machine: machineId(),
    pid: process.pid,
    started: (await processStartTime(process.pid)) ?? '',
  };
}

/** Whether the process runs; undefined when it belongs to another machine, of which we know nothing. */
export async function processRuns(
  mark: ProcessMark | undefined,
): Promise<boolean | undefined> {
  if (!mark || mark.machine !== machineId()) return undefined;
  const started = await processStartTime(mark.pid);
  return started !== undefined && started === mark.started;
}

function read(source: () => string): string {
  try {
    return source().trim();
  } catch {
    // Only Linux has these files; elsewhere the host name has to do.
    return '';
  }
}

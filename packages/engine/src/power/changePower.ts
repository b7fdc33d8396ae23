import { setTimeout as sleep } from 'node:timers/promises';
import type { PowerAction } from '@nante/clients';
import { NanteError, type HostResult } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import type { Run } from '../operation/executeRun';
import type { OurHost } from '../ledger/ourHost';
import { hostResult, waitForAddress } from '../provision/verify';

const pollMs = 500;
/** A task of a cluster with high availability ends when the request is queued; its manager looks every ten seconds. */
const queuedMs = 60_000;

/** What is done, in the words of a message. */
const asked: Record<PowerAction, string> = {
  start: 'switched on',
  shutdown: 'asked to shut down',
  reboot: 'asked to restart',
  stop: 'switched off',
};

/**
 * Switches a host on or off, and waits until it is.
 *
 * @throws NanteError `failed` with a named cause for a guest that ignores the request
 */
export async function changePower(
  { context, recorder, signal }: Run,
  host: OurHost,
  action: PowerAction,
): Promise<void> {
  const { proxmox, at, name } = host;
  const { shutdownTimeoutMs } = context.timing;
  const gentle = action === 'shutdown' || action === 'reboot';
  const timeoutSeconds = Math.ceil(shutdownTimeoutMs / 1000);
  const upid = await proxmox.power(...at, action, {
    signal,
    ...(gentle ? { timeoutSeconds } : {}),
  });
  recorder.log('info', `${name} was ${asked[action]}; task ${upid}`);
  const wanted =
    action === 'start' || action === 'reboot' ? 'running' : 'stopped';
  try {
    await proxmox.waitForTask(upid, {
      signal,
      timeoutMs: shutdownTimeoutMs + queuedMs,
    });
  } catch (error) {
    // Somebody else may have been first, or the guest a little slower than Proxmox waited.
    if (!(await isDone(host, action))) throw named(host, action, error);
  }
  await waitForStatus(host, wanted, queuedMs, signal);
}

/** True when a host was switched on after a moment, in milliseconds since 1970, or at most two seconds before it. */
export function bootedSince({ uptime, running }: OurHost, since: number) {
  // The difference of two full seconds.
  return running && Date.now() - (uptime - 1) * 1000 > since;
}

async function isDone(host: OurHost, action: PowerAction): Promise<boolean> {
  const { proxmox, at } = host;
  const { status, uptime } = await proxmox.guestStatus(...at);
  const running = status === 'running';
  if (action === 'start') return running;
  if (action === 'reboot') return running && uptime < host.uptime;
  return !running;
}

/** Waits until Proxmox says that a host is on, or off. */
async function waitForStatus(
  { proxmox, at, name }: OurHost,
  wanted: 'running' | 'stopped',
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    throwIfCancelled(signal);
    const { status } = await proxmox.guestStatus(...at, { signal });
    if (status === wanted) return;
    if (Date.now() > deadline)
      throw new NanteError(
        'failed',
        `Proxmox accepted the request, and ${name} is still ${status} after ${timeoutMs / 1000} s.`,
        {
          hint: 'Where the host is under high availability, look at the state of its resource and of the cluster (ha-manager status).',
        },
      );
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

/** A guest that ignores a request has a cause that a person can act on. */
function named(host: OurHost, action: PowerAction, error: unknown): unknown {
  const ignored =
    NanteError.is(error) &&
    (action === 'shutdown' || action === 'reboot') &&
    /timeout|timed out|powerdown failed|did not end within/i.test(
      error.message,
    );
  if (!ignored) return error;
  return new NanteError(
    'failed',
    `${host.name} ignores the request: it was ${asked[action]} and is still on.`,
    {
      hint: 'Log in and look what holds it up. Or cut its power (stop), which loses what it has not written to its disk.',
      cause: error,
    },
  );
}

/**
 * Waits until a host that was switched on reports its address.
 *
 * @throws NanteError `failed` with the cause when it does not in time; a host that cannot tell is believed
 */
export async function waitUntilBack(
  { context, recorder, signal }: Run,
  host: OurHost,
  step: { detail(text: string): void },
): Promise<HostResult> {
  const { proxmox, guest, desired, name, connection } = host;
  const { address, problem } = await waitForAddress(
    proxmox,
    guest,
    desired,
    context.timing.agentTimeoutMs,
    signal,
  );
  const cannotTell = desired.kind === 'vm' && !desired.agent;
  if (problem && !cannotTell)
    throw new NanteError('failed', `${name} is on. ${problem}`, {
      hint: `Look at the console of ${guest.kind} ${guest.vmId} in Proxmox; when it answers, send the request again.`,
    });
  if (problem) recorder.log('warn', problem);
  step.detail(problem ?? `${name} answers under ${address}`);
  return hostResult(name, connection, guest, desired, address);
}

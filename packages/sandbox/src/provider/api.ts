import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { NanteError } from '@nante/model';

/** Parameters of a call; undefined ones are not sent. */
export type Parameters = Record<string, string | number | undefined>;

/** True when the guest or volume that was asked for is not there; Proxmox often says so with status 500. */
export function isMissing(error: unknown): boolean {
  if (!NanteError.is(error)) return false;
  return (
    error.details?.status === 404 ||
    (error.details?.status === 500 &&
      /does not exist|no such resource|No such file or directory/.test(
        error.message,
      ))
  );
}

function statusOf(error: unknown): number | undefined {
  return NanteError.is(error)
    ? (error.details?.status as number | undefined)
    : undefined;
}

/** An error that may be gone at the next try: the server's own, and a lock that was waited for too long. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 500;
  return /got no worker upid|got timeout/.test(
    error instanceof Error ? error.message : '',
  );
}

/** The calls of the Proxmox VE API as bpg/proxmox makes them: one connection pool, its retries, its waits. */
export class ProxmoxApi {
  readonly #endpoint: URL;
  readonly #token: string;
  readonly #agent: Agent;

  /**
   * @param options.endpoint - address of a node; a path in it is ignored
   * @param options.token - `user@realm!id=secret`
   * @param options.ca - certificate authority that the server's certificate is checked against, PEM
   */
  constructor(options: { endpoint: string; token: string; ca: string }) {
    this.#endpoint = new URL(options.endpoint);
    this.#token = options.token;
    this.#agent = new Agent({
      ca: options.ca,
      keepAlive: true,
      minVersion: 'TLSv1.3',
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  /** Reads; a broken connection is tried three times. */
  async get<T>(path: string, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send<T>('GET', path, undefined, signal);
      } catch (error) {
        if (attempt === 3 || signal.aborted || statusOf(error) !== undefined)
          throw error;
        await sleep(100 * attempt, undefined, { signal });
      }
    }
  }

  /**
   * Makes one call, once.
   *
   * @throws NanteError with `details.status` when Proxmox refuses, `unreachable` when nobody answers, `cancelled` when
   * the signal ends it
   */
  async send<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    parameters: Parameters | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    const given = Object.entries(parameters ?? {}).filter(
      ([, value]) => value !== undefined,
    );
    const body = new URLSearchParams(
      given.map(([name, value]) => [name, String(value)]),
    ).toString();
    const answer = await this.#exchange(method, path, body, signal);
    const parsed = parseAnswer(answer.body);
    if (answer.status >= 400) {
      const reasons = Object.entries(parsed.errors ?? {}).map(
        ([name, reason]) => `${name}: ${reason}`,
      );
      // The reason phrase and the body's message are the same text on a real Proxmox; a proxy may drop the phrase.
      const words = [
        ...new Set(
          [answer.reason, parsed.message, ...reasons].map(word =>
            (word ?? '').trim(),
          ),
        ),
      ]
        .filter(word => word !== '')
        .join(' - ');
      throw new NanteError(
        answer.status === 401 || answer.status === 403
          ? 'unauthorized'
          : 'failed',
        `received an HTTP ${answer.status} response - Reason: ${words}`,
        { details: { status: answer.status, path } },
      );
    }
    return parsed.data as T;
  }

  #exchange(method: string, path: string, body: string, signal: AbortSignal) {
    return new Promise<{ status: number; reason: string; body: string }>(
      (resolve, reject) => {
        const fail = (cause: unknown) =>
          reject(
            signal.aborted
              ? new NanteError(
                  'cancelled',
                  deadlinePassed(signal)
                    ? 'context deadline exceeded'
                    : 'context canceled',
                )
              : new NanteError(
                  'unreachable',
                  `failed to perform HTTP ${method} request (path: ${path}) - Reason: ${(cause as Error).message}`,
                  { cause },
                ),
          );
        const call = request(
          new URL(`/api2/json/${path}`, this.#endpoint),
          {
            method,
            agent: this.#agent,
            signal,
            headers: {
              accept: 'application/json',
              authorization: `PVEAPIToken=${this.#token}`,
              ...(body && {
                'content-type': 'application/x-www-form-urlencoded',
                'content-length': Buffer.byteLength(body),
              }),
            },
          },
          response => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', fail);
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                reason: response.statusMessage ?? '',
                body: Buffer.concat(chunks).toString('utf8'),
              }),
            );
          },
        );
        call.on('error', fail);
        call.end(body || undefined);
      },
    );
  }

  /**
   * Starts a task and waits for its end. The start is tried again after transient errors; a wait that failed never
   * starts the task a second time.
   *
   * @param node - node that runs the task
   * @param start - makes the call; null or undefined means that there was nothing to do
   * @param options.attempts - how often the start is tried
   * @param options.alreadyDone - words of an error that, on a later try, says that an earlier one was heard
   */
  async task(
    node: string,
    start: () => Promise<string | null | undefined>,
    signal: AbortSignal,
    options: { attempts?: number; alreadyDone?: string; retry?: boolean } = {},
  ): Promise<void> {
    const attempts = options.retry === false ? 1 : (options.attempts ?? 3);
    let upid: string | null | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        upid = await start();
        break;
      } catch (error) {
        const words = error instanceof Error ? error.message : '';
        if (
          attempt > 1 &&
          options.alreadyDone &&
          words.includes(options.alreadyDone)
        )
          return;
        if (
          attempt >= attempts ||
          signal.aborted ||
          isMissing(error) ||
          !isTransient(error)
        )
          throw error;
        await pause(1000 * 2 ** (attempt - 1), signal);
      }
    }
    if (upid) await this.#wait(node, upid, signal);
  }

  async #wait(node: string, upid: string, signal: AbortSignal): Promise<void> {
    const path = `nodes/${node}/tasks/${encodeURIComponent(upid)}`;
    for (;;) {
      try {
        const task = await this.get<{ status: string; exitstatus?: string }>(
          `${path}/status`,
          signal,
        );
        if (task.status !== 'running') {
          const exit = task.exitstatus ?? '';
          if (exit === 'OK' || exit.startsWith('WARNINGS: ')) return;
          const log = await this.get<{ t: string }[]>(
            `${path}/log`,
            signal,
          ).catch(() => []);
          const lines = log.map(line => `\n  ${line.t}`).join('');
          throw new NanteError(
            'failed',
            `task "${upid}" failed to complete with exit code: ${exit}${lines && `\ntask log:${lines}`}`,
          );
        }
      } catch (error) {
        // A task that was only just started may not be in the list yet: Proxmox answers 400.
        if (statusOf(error) !== 400) throw error;
      }
      await pause(1000, signal);
    }
  }
}

function deadlinePassed(signal: AbortSignal): boolean {
  return (
    signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
  );
}

/**
 * Waits, unless the run is stopped or its time is over.
 *
 * @throws NanteError `cancelled`
 */
export async function pause(
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw new NanteError(
      'cancelled',
      deadlinePassed(signal) ? 'context deadline exceeded' : 'context canceled',
    );
  }
}

function parseAnswer(body: string): {
  data?: unknown;
  message?: string;
  errors?: Record<string, string>;
} {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

import { Agent, fetch, type Headers, type RequestInit } from 'undici';
import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import { NanteError } from '@nante/model';
import { createSecureContext } from './certificates';
import { withDeadline } from './deadline';
import { isTlsFailure, shownAddress, unreachable } from './failures';
import { parseRetryAfter, RetryableFailure, withRetry } from './retry';

/** One outside system that speaks HTTP. */
export interface HttpClientOptions {
  /** Name for messages, for example `Proxmox`. */
  system: string;
  /** Address that paths are appended to. */
  baseUrl: string;
  /** Sent with every request; never shown in a message. */
  headers: Record<string, string>;
  /** PEM file with a private CA. */
  caFile?: string;
  /** Milliseconds to connect; 5 000 unless given. */
  connectMs?: number;
  /**
   * After so many calls in a row without an answer, calls fail at once for ten seconds. Left out: every call is tried.
   */
  breakAfter?: number;
}

export interface HttpCall {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended to the base address, already encoded. */
  path: string;
  query?: Record<string, string | number | undefined>;
  /** Sent as a form. */
  form?: Record<string, string | number>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is; JSON that a vendor's library has made already. */
  text?: string;
  /** Beside those of the client, for what differs from call to call; never shown in a message. */
  headers?: Record<string, string>;
  /** Milliseconds for the whole call, repetitions and the body included. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Repetitions after the first try; only for calls that may happen twice. None unless given. */
  repetitions?: number;
}

/** Any complete answer, whatever its status. */
export interface HttpAnswer {
  status: number;
  /** Reason phrase; Proxmox puts its message there. */
  statusText: string;
  text: string;
  headers: Pick<Headers, 'get'>;
  retryAfterMs?: number;
}

export interface HttpClient {
  /**
   * Makes a call. Statuses 429, 502, 503 and 504 are repeated where repetition is allowed; every other answer is given
   * back for the client to understand.
   *
   * @throws NanteError `unreachable` (no complete answer, or the server is not trusted), `cancelled`
   */
  request(call: HttpCall): Promise<HttpAnswer>;
}

/** Statuses that say "not now". */
const busy = new Set([429, 502, 503, 504]);

/** Carries a "not now" answer through the repetitions, to be given back when none is left. */
class BusyFailure extends Error {
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer, system: string, base: string) {
    super(`${system} at ${shownAddress(base)} answers HTTP ${answer.status}`);
    this.answer = answer;
  }
}

class BusyAnswer extends RetryableFailure {
  constructor(answer: HttpAnswer, system: string, base: string) {
    super(new BusyFailure(answer, system, base), answer.retryAfterMs);
  }
}

/** Makes the client of one server: its connections are shared by all calls. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = parseBase(options);
  const secureContext = createSecureContext(options.caFile);
  const agent = new Agent({
    connect: { timeout: options.connectMs ?? 5_000, secureContext },
    // The deadline of a call rules; undici's own of five minutes would only confuse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const breaker = options.breakAfter
    ? circuitBreaker(
        handleWhen(
          error =>
            error instanceof RetryableFailure ||
            (NanteError.is(error) && error.code === 'unreachable'),
        ),
        {
          halfOpenAfter: 10_000,
          breaker: new ConsecutiveBreaker(options.breakAfter),
        },
      )
    : undefined;

  const once = async (call: HttpCall, url: URL, signal: AbortSignal) => {
    const headers: Record<string, string> = {
      ...options.headers,
      ...call.headers,
    };
    const init: RequestInit = {
      method: call.method,
      headers,
      dispatcher: agent,
      redirect: 'manual',
      signal,
    };
    if (call.form) {
      init.body = new URLSearchParams(
        Object.entries(call.form).map(([name, value]) => [name, `${value}`]),
      );
    } else if (call.json !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(call.json);
    } else if (call.text !== undefined) {
      init.body = call.text;
    }
    let answer: HttpAnswer;
    try {
      const response = await fetch(url, init);
      answer = {
        status: response.status,
        statusText: response.statusText,
        text: await response.text(),
        headers: response.headers,
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
      };
    } catch (error) {
      const failure = unreachable(options.system, base, error);
      if (isTlsFailure(error)) throw failure;
      throw new RetryableFailure(failure);
    }
    if (busy.has(answer.status) && call.repetitions) {
      throw new BusyAnswer(answer, options.system, base);
    }
    return answer;
  };

  return {
    async request(call) {
      const url = new URL(base + call.path);
      for (const [name, value] of Object.entries(call.query ?? {})) {
        if (value !== undefined) url.searchParams.set(name, `${value}`);
      }
      const end = Date.now() + call.timeoutMs;
      const work = (signal: AbortSignal) =>
        withRetry(
          {
            repetitions: call.repetitions ?? 0,
            baseDelayMs: 200,
            remainingMs: () => end - Date.now(),
          },
          signal,
          () => once(call, url, signal),
        );
      const whole = () =>
        withDeadline(
          { system: options.system, url: base },
          call.timeoutMs,
          call.signal,
          work,
        );
      try {
        return await (breaker ? breaker.execute(whole) : whole());
      } catch (error) {
        if (error instanceof BusyFailure) return error.answer;
        if (!isBrokenCircuitError(error)) throw error;
        throw new NanteError(
          'unreachable',
          `${options.system} at ${shownAddress(base)} did not answer several times in a row; it is left alone for a few seconds.`,
          { hint: 'Check that the system runs and this machine can reach it.' },
        );
      }
    },
  };
}

function parseBase(options: HttpClientOptions): string {
  const trimmed = options.baseUrl.replace(/\/+$/, '');
  if (!URL.canParse(trimmed) || !/^https?:/.test(trimmed)) {
    throw new NanteError(
      'invalid-input',
      `The address of ${options.system} must start with http:// or https://, not "${options.baseUrl}".`,
    );
  }
  const { username, password } = new URL(trimmed);
  if (username || password) {
    throw new NanteError(
      'invalid-input',
      `The address of ${options.system} must not contain a user or password.`,
    );
  }
  return trimmed;
}

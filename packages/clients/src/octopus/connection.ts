import { NanteError } from '@nante/model';
import type { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { isUntrusted } from '../http/failures';
import { RetryableFailure, withRetry } from '../http/retry';
import type { CallOptions } from '../proxmox/types';
import { createBucket, untilAborted } from './bucket';
import { misunderstood, parsed, refusal, tooOften } from './failures';
import type { RequestCounts } from './types';

/** Which server, and how we get in. */
export interface OctopusConnectionOptions {
  url: string;
  caFile?: string;
  apiKey: string;
  keyName: string;
  requestsPerMinute: number;
  /** Milliseconds for a call with its repetitions; waiting for the bucket is not counted. */
  timeoutMs: number;
}

/** Values of a query; several are joined by commas, as Octopus reads them. */
export type OctopusQuery = Record<
  string,
  string | number | boolean | readonly string[] | undefined
>;

export interface OctopusCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the address of the server, already encoded: `/api/…`. */
  path: string;
  query?: OctopusQuery;
  json?: unknown;
  /** As in "cannot …", for the message of a refusal. */
  what: string;
  /** The call may happen twice. Reading, replacing and deleting always may. */
  isRepeatable?: boolean;
}

/** One server: all calls go through its bucket and its connections. */
export interface OctopusConnection {
  readonly url: string;
  readonly timeoutMs: number;
  /** @throws NanteError what a refusal means; see `OctopusApi` */
  send(call: OctopusCall, options?: CallOptions): Promise<unknown>;
  /** Sends a call, and reads its answer by a schema; `noun` names it where it is something else. */
  read<Schema extends z.ZodType>(
    schema: Schema,
    noun: string,
    call: OctopusCall,
    options?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** The value that a schema finds in an answer. */
  understand<Schema extends z.ZodType>(
    schema: Schema,
    noun: string,
    value: unknown,
  ): z.output<Schema>;
  counts(): RequestCounts;
}

/** How long a call waits in all for a server that refuses it. A bucket of any useful rate has something again by then. */
const patienceMs = 120_000;
const repetitions = 2;
/** Statuses that say "not now", and leave open whether something was done. */
const unclear = new Set([502, 503, 504]);

/**
 * Opens the connection to a server; nothing is sent yet.
 *
 * @throws NanteError `invalid-input` where key or address cannot be used
 */
export function connectOctopus(
  options: OctopusConnectionOptions,
): OctopusConnection {
  const { keyName, timeoutMs, caFile } = options;
  const apiKey = options.apiKey.trim();
  if (!apiKey || /[^\x21-\x7e]/u.test(apiKey))
    throw new NanteError(
      'invalid-input',
      `${keyName} ${apiKey ? 'is no API key of Octopus' : 'is empty'}.`,
      { hint: 'Store a key of the form API-… of a service account there.' },
    );
  // People paste what stands in their browser.
  const url = options.url
    .trim()
    .replace(/(?<![:/])\/+(?:app|api)?\/*(?:[#?].*)?$/u, '');
  const http = createHttpClient({
    system: 'Octopus',
    baseUrl: url,
    headers: { 'x-octopus-apikey': apiKey, accept: 'application/json' },
    caFile,
  });
  const bucket = createBucket(options.requestsPerMinute);
  const counted = { sent: 0, refused: 0 };

  async function accepted(
    call: OctopusCall,
    leftMs: () => number,
    signal: AbortSignal | undefined,
    onWait: (ms: number) => void,
  ): Promise<HttpAnswer> {
    let patience = patienceMs;
    for (;;) {
      const began = performance.now();
      await bucket.take(signal);
      onWait(performance.now() - began);
      counted.sent += 1;
      const answer = await http.request({
        method: call.method,
        path: call.path,
        query: queryOf(call.query),
        json: call.json,
        timeoutMs: Math.max(1, leftMs()),
        signal,
      });
      if (answer.status !== 429) {
        bucket.accepted();
        return answer;
      }
      // A call that was refused so has done nothing, and may be made again whatever it is.
      counted.refused += 1;
      patience -= bucket.refused(answer.retryAfterMs);
      if (patience < 0) throw tooOften(url, answer.retryAfterMs);
    }
  }

  async function answerOf(
    call: OctopusCall,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    const began = performance.now();
    let waited = 0;
    const leftMs = () => timeoutMs - (performance.now() - began - waited);
    const mayRepeat = call.method !== 'POST' || call.isRepeatable === true;
    const once = async () => {
      let answer: HttpAnswer;
      try {
        answer = await accepted(call, leftMs, signal, ms => {
          waited += ms;
        });
      } catch (error) {
        throw mayRepeat && isPassing(error)
          ? new RetryableFailure(error)
          : error;
      }
      if (mayRepeat && unclear.has(answer.status))
        throw new RetryableFailure(
          refusal(answer, call, { url, keyName }),
          answer.retryAfterMs,
        );
      return answer;
    };
    return withRetry(
      { repetitions, baseDelayMs: 200, remainingMs: leftMs },
      signal ?? new AbortController().signal,
      once,
    );
  }

  const connection: OctopusConnection = {
    url,
    timeoutMs,
    async send(call, { signal } = {}) {
      let answer: HttpAnswer;
      try {
        answer = await untilAborted(answerOf(call, signal), signal);
      } catch (error) {
        throw NanteError.is(error) || !signal?.aborted
          ? error
          : stopped(signal, call.what);
      }
      if (answer.status >= 200 && answer.status < 300)
        return answer.text ? parsed(answer.text) : undefined;
      throw refusal(answer, call, { url, keyName });
    },
    async read(schema, noun, call, given) {
      return connection.understand(
        schema,
        noun,
        await connection.send(call, given),
      );
    },
    understand(schema, noun, value) {
      const read = schema.safeParse(value);
      if (read.success) return read.data;
      throw misunderstood(url, noun);
    },
    counts: () => ({ ...counted, waitedMs: bucket.waitedMs }),
  };
  return connection;
}

/** No answer this time; the next try may get one. */
function isPassing(error: unknown): error is NanteError {
  return (
    NanteError.is(error) &&
    error.code === 'unreachable' &&
    error.details?.status !== 429 &&
    error.details?.code !== 'DEADLINE' &&
    !isUntrusted(error)
  );
}

function stopped(signal: AbortSignal, what: string): NanteError {
  const { reason } = signal;
  if (NanteError.is(reason)) return reason;
  return (reason as Error | undefined)?.name === 'TimeoutError'
    ? new NanteError('unreachable', `Octopus was too slow to ${what}.`, {
        hint: 'Try again in a moment.',
      })
    : new NanteError('cancelled', 'The call to Octopus was cancelled.', {
        cause: reason,
      });
}

function queryOf(query: OctopusQuery = {}): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      value === undefined || (Array.isArray(value) && value.length === 0)
        ? undefined
        : `${value}`,
    ]),
  );
}

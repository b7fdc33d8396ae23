import { setTimeout as sleep } from 'node:timers/promises';
import type { Octokit } from '@octokit/rest';
import { NanteError } from '@nante/model';
import type { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { isUntrusted } from '../http/failures';
import { RetryableFailure, withRetry } from '../http/retry';
import type { CallOptions } from '../proxmox/types';
import { misunderstood, refusal, tooOften } from './failures';
import { limitOf } from './limits';
import type { GithubRequestCounts } from './types';

/** Which server, and how we get in. */
export interface GithubConnectionOptions {
  /** Address of the API. */
  url: string;
  caFile?: string;
  token: string;
  tokenName: string;
  /** Milliseconds of a call with its repetitions; waiting for a limit is not counted. */
  timeoutMs: number;
}

/** What a call is about. */
export interface AskedCall {
  /** As in "cannot …", for the message of a refusal. */
  what: string;
  /** The call may happen twice although it is a POST. Reading, replacing and deleting always may. */
  isRepeatable?: boolean;
  /** Tag of an answer that is known already. */
  etag?: string;
}

/** A complete answer that is no refusal. */
export interface GithubAnswer {
  status: number;
  /** What Octokit read of it; undefined where nothing changed since the tag (304). */
  data: unknown;
  header(name: string): string | undefined;
}

/** What a call hands to Octokit beside its own parameters, so that it goes by us. */
export type OctokitPass = {
  request: { fetch: typeof fetch };
  headers?: Record<string, string>;
};

/** One server: all calls go through its limits and its connections. */
export interface GithubConnection {
  /** Address of the API, without a slash at the end. */
  readonly url: string;
  /** @throws NanteError what a refusal means; see `GithubApi` */
  send(
    asked: AskedCall,
    call: (rest: Octokit['rest'], pass: OctokitPass) => Promise<unknown>,
    options?: CallOptions,
  ): Promise<GithubAnswer>;
  /** Makes a call, and reads its answer by a schema; `noun` names it where it is something else. */
  read<Schema extends z.ZodType>(
    schema: Schema,
    noun: string,
    asked: AskedCall,
    call: (rest: Octokit['rest'], pass: OctokitPass) => Promise<unknown>,
    options?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** The value that a schema finds in an answer. */
  understand<Schema extends z.ZodType>(
    schema: Schema,
    noun: string,
    value: unknown,
  ): z.output<Schema>;
  counts(): GithubRequestCounts;
  /** Milliseconds since 1970; see `GithubApi`. */
  limitedUntil(): number | undefined;
}

/** How long a call waits in all for limits that end. */
const patienceMs = 60_000;
const repetitions = 2;
/** Statuses that say "not now", and leave open whether something was done. */
const unclear = new Set([500, 502, 503, 504]);
/** Of a repository that was renamed or given to others. */
const moved = new Set([301, 307, 308]);
/** Of an answer, what Octokit and we look at. */
const kept = [
  ...['content-type', 'link', 'location', 'etag', 'x-oauth-scopes'],
  ...['x-ratelimit-remaining', 'x-ratelimit-reset', 'x-ratelimit-limit'],
];

/**
 * Opens the connection to a server; nothing is sent yet.
 *
 * @throws NanteError `invalid-input` where token or address cannot be used
 */
export function connectGithub(
  options: GithubConnectionOptions,
): GithubConnection {
  const { tokenName, timeoutMs, caFile } = options;
  const token = options.token.trim();
  if (!token || /[^\x21-\x7e]/u.test(token))
    throw new NanteError(
      'invalid-input',
      `The token of GitHub in ${tokenName} is empty, or holds characters that no token has.`,
      { hint: `Store the token as ${tokenName}, without anything around it.` },
    );
  const url = options.url.trim().replace(/\/+$/u, '');
  const http = createHttpClient({
    system: 'GitHub',
    baseUrl: url,
    headers: {
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    caFile,
  });
  const counted = { sent: 0, notModified: 0 };
  /** Until when the server wants no calls. */
  let quietUntil = 0;
  let octokit: Octokit | undefined;

  /** Waits until calls are wanted again, or says when that will be. */
  async function quiet(left: number, signal?: AbortSignal): Promise<number> {
    const waitMs = quietUntil - Date.now();
    if (waitMs <= 0) return left;
    if (waitMs > left) throw tooOften(url, quietUntil);
    await sleep(waitMs, undefined, { signal }).catch(cause => {
      throw cancelled(cause);
    });
    return left - waitMs;
  }

  async function sendOnce(
    request: WireRequest,
    leftMs: () => number,
    onWait: (ms: number) => void,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    let patience = patienceMs;
    let path = request.path;
    for (let hops = 0; ;) {
      const began = performance.now();
      patience = await quiet(patience, signal);
      onWait(performance.now() - began);
      counted.sent += 1;
      const answer = await http.request({
        ...{ method: request.method, path, headers: request.headers },
        ...{ text: request.body, timeoutMs: Math.max(1, leftMs()), signal },
      });
      const next = moved.has(answer.status) ? nextPath(url, answer) : undefined;
      if (next !== undefined && hops < 3) {
        hops += 1;
        path = next;
        continue;
      }
      const until = limitOf(answer);
      if (until === undefined) return answer;
      // A call that was refused so has done nothing, and may be made again whatever it is.
      quietUntil = Math.max(quietUntil, until);
    }
  }

  async function answerOf(
    request: WireRequest,
    asked: AskedCall,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const began = performance.now();
    let waited = 0;
    const leftMs = () => timeoutMs - (performance.now() - began - waited);
    const mayRepeat = request.method !== 'POST' || asked.isRepeatable === true;
    const again = (failure: NanteError, afterMs?: number) =>
      mayRepeat ? new RetryableFailure(failure, afterMs) : failure;
    const once = async () => {
      let answer: HttpAnswer;
      try {
        answer = await sendOnce(
          request,
          leftMs,
          ms => {
            waited += ms;
          },
          signal,
        );
      } catch (error) {
        throw isPassing(error) ? again(error) : error;
      }
      if (answer.status < 400) return answer;
      const failure = refusal(answer, asked, { url, tokenName });
      throw unclear.has(answer.status)
        ? again(failure, answer.retryAfterMs)
        : failure;
    };
    return withRetry(
      { repetitions, baseDelayMs: 200, remainingMs: leftMs },
      signal ?? new AbortController().signal,
      once,
    );
  }

  const connection: GithubConnection = {
    url,
    async send(asked, call, { signal } = {}) {
      let answer: HttpAnswer | undefined;
      let failure: unknown;
      octokit ??= openOctokit(url);
      const sent: typeof fetch = async (target, init) => {
        try {
          answer = await answerOf(
            wireRequest(url, target, init),
            asked,
            signal,
          );
        } catch (error) {
          failure = error;
          throw error;
        }
        return toResponse(answer);
      };
      let data: unknown;
      try {
        const result = await call(octokit.rest, {
          request: { fetch: sent },
          ...(asked.etag && { headers: { 'if-none-match': asked.etag } }),
        });
        data = (result as { data: unknown }).data;
      } catch (error) {
        // Octokit takes "nothing has changed" for a failure, and wraps ours.
        if (failure !== undefined) throw failure;
        if (answer?.status !== 304) throw error;
        counted.notModified += 1;
      }
      return {
        status: answer!.status,
        data,
        header: name => answer!.headers.get(name) ?? undefined,
      };
    },
    async read(schema, noun, asked, call, given) {
      const { data } = await connection.send(asked, call, given);
      return connection.understand(schema, noun, data);
    },
    understand(schema, noun, value) {
      const read = schema.safeParse(value);
      if (read.success) return read.data;
      throw misunderstood(url, noun);
    },
    counts: () => ({ ...counted }),
    limitedUntil: () => (quietUntil > Date.now() ? quietUntil : undefined),
  };
  return connection;
}

/** Only when it is needed: most commands never speak to GitHub. */
function openOctokit(url: string): Octokit {
  const vendor: typeof import('@octokit/rest') = require('@octokit/rest');
  const silent = () => {};
  return new vendor.Octokit({
    baseUrl: url,
    userAgent: 'nante',
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
}

/** A request as Octokit makes it. */
interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

function wireRequest(
  url: string,
  target: Parameters<typeof fetch>[0],
  init: RequestInit = {},
): WireRequest {
  const { body } = init;
  return {
    method: init.method as WireRequest['method'],
    path: `${target as string}`.slice(url.length),
    headers: init.headers as Record<string, string>,
    body: typeof body === 'string' ? body : undefined,
  };
}

function toResponse({ status, text, headers }: HttpAnswer): Response {
  return new Response([204, 304].includes(status) ? null : text, {
    status,
    headers: kept.flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  });
}

/** Where a moved thing is now, on the same server. */
function nextPath(url: string, { headers }: HttpAnswer): string | undefined {
  const location = headers.get('location') ?? '';
  return location.startsWith(`${url}/`)
    ? location.slice(url.length)
    : undefined;
}

/** No answer this time; the next try may get one. */
function isPassing(error: unknown): error is NanteError {
  return (
    NanteError.is(error) &&
    error.code === 'unreachable' &&
    error.details?.code !== 'DEADLINE' &&
    !isUntrusted(error)
  );
}

function cancelled(cause: unknown): NanteError {
  return new NanteError('cancelled', 'The call to GitHub was cancelled.', {
    cause,
  });
}

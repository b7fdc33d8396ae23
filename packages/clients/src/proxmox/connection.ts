import { NanteError } from '@nante/model';
import type { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { RetryableFailure, withRetry } from '../http/retry';
import { proxmoxFailure, saysLockTimeout } from './failures';
import type { CallOptions } from './types';

/** One Proxmox server and how we get in. */
export interface ProxmoxClientOptions {
  /** For example `https://pve.example.com:8006`; a path is ignored. */
  url: string;
  /** `user@realm!name`. */
  tokenId: string;
  tokenSecret: string;
  /** PEM file with a private CA. */
  caFile?: string;
  /** Milliseconds for a whole call, repetitions included. */
  timeouts?: {
    /** 10 000 unless given. */
    readMs?: number;
    /** 60 000 unless given. */
    writeMs?: number;
    /** 5 000 unless given. */
    connectMs?: number;
  };
}

type Query = Record<string, string | number | undefined>;

/** The calls of the API by method: one place for authorisation, deadlines, repetition and errors. */
export interface ProxmoxConnection {
  readonly url: string;
  /**
   * @param excuse - answers that are no failure: what it returns is the result
   */
  get<S extends z.ZodType, E = never>(
    path: string,
    schema: S,
    options: CallOptions & {
      query?: Query;
      excuse?: (answer: HttpAnswer) => { result: E } | undefined;
    },
  ): Promise<z.infer<S> | E>;
  /** Never repeated, except while Proxmox says that a file lock timed out, which means that nothing was done. */
  write<S extends z.ZodType>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    schema: S,
    options: CallOptions & {
      query?: Query;
      form?: Record<string, string | number>;
    },
  ): Promise<z.infer<S>>;
}

/**
 * @throws NanteError `invalid-input` for an address without https (plain http would show the token to the network;
 * loopback excepted) or a token id of another shape
 */
export function openConnection(
  options: ProxmoxClientOptions,
): ProxmoxConnection {
  const url = checkedOrigin(options.url);
  const { tokenId, timeouts = {} } = options;
  if (!/^[^\s@!=]+@[^\s@!=]+![^\s@!=]+$/.test(tokenId)) {
    throw new NanteError(
      'invalid-input',
      'The id of the Proxmox token must look like user@realm!name.',
      { hint: 'Correct PROXMOX_TOKEN_ID; the secret does not belong into it.' },
    );
  }
  const http = createHttpClient({
    system: 'Proxmox',
    baseUrl: `${url}/api2/json`,
    headers: {
      authorization: `PVEAPIToken=${tokenId}=${options.tokenSecret}`,
      accept: 'application/json',
    },
    caFile: options.caFile,
    connectMs: timeouts.connectMs,
  });
  const readMs = timeouts.readMs ?? 10_000;
  const writeMs = timeouts.writeMs ?? 60_000;

  return {
    url,
    async get(path, schema, { query, signal, excuse }) {
      const answer = await http.request({
        method: 'GET',
        path,
        query,
        signal,
        timeoutMs: readMs,
        repetitions: 2,
      });
      const excused = excuse?.(answer);
      if (excused) return excused.result;
      return readAnswer(answer, schema, { url, method: 'GET', path, tokenId });
    },
    async write(method, path, schema, { query, form, signal }) {
      const end = Date.now() + writeMs;
      const remainingMs = () => Math.max(1, end - Date.now());
      return withRetry(
        { repetitions: 2, baseDelayMs: 1_000, remainingMs },
        signal ?? new AbortController().signal,
        async () => {
          const call = { url, method, path, tokenId };
          const answer = await http.request({
            method,
            path,
            query,
            form,
            signal,
            timeoutMs: remainingMs(),
          });
          if (saysLockTimeout(answer)) {
            throw new RetryableFailure(proxmoxFailure(answer, call));
          }
          return readAnswer(answer, schema, call);
        },
      );
    },
  };
}

function readAnswer<S extends z.ZodType>(
  answer: HttpAnswer,
  schema: S,
  call: Parameters<typeof proxmoxFailure>[1],
): z.infer<S> {
  if (answer.status !== 200) throw proxmoxFailure(answer, call);
  const odd = (why: string, cause?: unknown) =>
    new NanteError(
      'failed',
      `Proxmox at ${call.url} answered ${call.method} ${call.path} with something we do not understand: ${why}`,
      {
        hint: 'Check that the address is that of a Proxmox VE API, version 8 or 9.',
        cause,
      },
    );
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch (cause) {
    throw odd('no JSON.', cause);
  }
  const data = (body as { data?: unknown } | null)?.data ?? undefined;
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw odd(
    `${issue.path.join('.') || 'data'}: ${issue.message}.`,
    result.error,
  );
}

function checkedOrigin(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const loopback =
    parsed && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (
    !parsed ||
    !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && loopback))
  ) {
    throw new NanteError(
      'invalid-input',
      `The address of Proxmox must start with https://, not "${url}".`,
      { hint: 'For example https://pve.example.com:8006.' },
    );
  }
  return parsed.origin;
}

import type { Configuration, FetchAPI } from '@sonatype/nexus-repo-api-client';
import { NanteError } from '@nante/model';
import { Agent } from 'undici';
import { createSecureContext } from '../http/certificates';
import {
  createHttpClient,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
} from '../http/client';
import type { CallOptions } from '../proxmox/types';
import { misunderstood, nexusFailure, type Asked } from './failures';

/** Which Nexus, and how we get in. */
export interface NexusClientOptions {
  /** Address, without `/service/rest`. */
  url: string;
  /** PEM file with a private CA. */
  caFile?: string;
  username: string;
  password: string;
  /** Names of these secrets, for hints; `NEXUS_USERNAME` and `NEXUS_PASSWORD` unless given. */
  names?: { username: string; password: string };
  /** Milliseconds for a call with its repetitions; 15 000 unless given. Uploads are only bounded by silence: as long without a byte. */
  timeoutMs?: number;
}

/** What a call is about, for the message of a refusal. */
export type Purpose = Pick<Asked, 'what' | 'privilege' | 'continued'>;

type Vendor = typeof import('@sonatype/nexus-repo-api-client');

/** What a call of the vendor's library is made with. */
export interface VendorCall {
  vendor: Vendor;
  /** For the API that is asked. */
  configuration: Configuration;
  /** Last argument of each call. */
  init: RequestInit;
}

/** One server. */
export interface NexusConnection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Header that we get in by. */
  readonly authorization: string;
  /** For streams; its calls have no deadline of their own. */
  readonly agent: Agent;
  /** A client for another port of the same server. */
  httpAt(url: string): HttpClient;
  /** A call of ours below `url`; reading is repeated. */
  request(
    call: Pick<HttpCall, 'method' | 'path' | 'headers'>,
    options?: CallOptions,
  ): Promise<HttpAnswer>;
  /**
   * A call of the vendor's library.
   *
   * @throws NanteError what a refusal means; see `NexusApi`
   */
  ask<T>(
    purpose: Purpose,
    options: CallOptions | undefined,
    call: (by: VendorCall) => Promise<T>,
  ): Promise<T>;
  /** The error for an answer that refuses. */
  refusal(
    answer: { status: number; statusText: string; text: string },
    purpose: Purpose,
  ): NanteError;
}

const repetitions = 2;
const withoutBody = new Set([101, 204, 205, 304]);

/**
 * Opens the connection to a server; nothing is sent yet.
 *
 * @throws NanteError `invalid-input` where address, user or password cannot be used
 */
export function connectNexus(options: NexusClientOptions): NexusConnection {
  const names = options.names ?? {
    username: 'NEXUS_USERNAME',
    password: 'NEXUS_PASSWORD',
  };
  const { username, password, timeoutMs = 15_000, caFile } = options;
  if (username.trim() === '' || username.includes(':') || password === '')
    throw new NanteError(
      'invalid-input',
      'Nexus needs a user, without a colon in its name, and a password.',
      { hint: `Set the secrets ${names.username} and ${names.password}.` },
    );
  // People paste what stands in their browser.
  const url = options.url
    .trim()
    .replace(/[#?].*$/, '')
    .replace(/\/+(?:service\/rest(?:\/.*)?)?$/, '');
  // The library would encode by `btoa`, which knows Latin letters alone.
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const clients = new Map<string, HttpClient>();
  const httpAt = (baseUrl: string) => {
    const known =
      clients.get(baseUrl) ??
      createHttpClient({ system: 'Nexus', baseUrl, headers: {}, caFile });
    clients.set(baseUrl, known);
    return known;
  };
  const http = httpAt(url);
  const agent = new Agent({
    connect: {
      timeout: Math.min(timeoutMs, 10_000),
      secureContext: createSecureContext(caFile),
    },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const refusal: NexusConnection['refusal'] = (answer, purpose) =>
    nexusFailure(answer, { url, user: username, names, ...purpose });

  const send = (call: Omit<HttpCall, 'timeoutMs' | 'repetitions'>) =>
    http.request({
      ...call,
      headers: { authorization, ...call.headers },
      timeoutMs,
      repetitions: call.method === 'POST' ? 0 : repetitions,
    });

  const fetchApi = async (target: string, init: RequestInit) => {
    const answer = await send({
      method: init.method as HttpCall['method'],
      path: target.slice(url.length),
      headers: {
        accept: 'application/json',
        ...(init.headers as Record<string, string>),
      },
      json:
        typeof init.body === 'string'
          ? (JSON.parse(init.body) as unknown)
          : undefined,
      signal: init.signal ?? undefined,
    });
    const server = answer.headers.get('server');
    return new Response(withoutBody.has(answer.status) ? null : answer.text, {
      status: answer.status,
      statusText: answer.statusText,
      headers: server ? { server } : {},
    });
  };

  return {
    ...{ url, timeoutMs, authorization, agent, httpAt, refusal },
    request: (call, { signal } = {}) => send({ ...call, signal }),
    async ask(purpose, given, call) {
      const vendor = loadVendor();
      const configuration = new vendor.Configuration({
        basePath: `${url}/service/rest`,
        fetchApi: fetchApi as FetchAPI,
      });
      const init = { signal: given?.signal };
      try {
        return await call({ vendor, configuration, init });
      } catch (error) {
        if (error instanceof vendor.ResponseError) {
          const { status, statusText } = error.response;
          const text = await error.response.text();
          throw refusal({ status, statusText, text }, purpose);
        }
        if (error instanceof vendor.FetchError) throw error.cause;
        if (NanteError.is(error)) throw error;
        // The library trusts what it reads.
        throw misunderstood(url, 'answer');
      }
    },
  };
}

/** The library takes its time to load; whoever never asks Nexus never waits for it. */
function loadVendor(): Vendor {
  return require('@sonatype/nexus-repo-api-client') as Vendor;
}

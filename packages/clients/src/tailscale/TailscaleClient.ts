import { NanteError } from '@nante/model';
import { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { withDeadline } from '../http/deadline';
import type { CallOptions } from '../proxmox/types';
import { createAccessTokens } from './accessToken';
import { parsed, refusal, type ClientNames } from './failures';
import type { MeshDevice, TailscaleApi } from './types';

/** Which tailnet, and how we get in. */
export interface TailscaleClientOptions {
  /** `https://api.tailscale.com` unless given. */
  url?: string;
  /** PEM file with a private CA. */
  caFile?: string;
  /** `-`, the one that the OAuth client belongs to, unless given. */
  tailnet?: string;
  /** Of an OAuth client with the scopes `auth_keys` and `devices:core`. */
  clientId: string;
  clientSecret: string;
  /** Names of these two secrets, for hints; `TS_OAUTH_CLIENT_ID` and `TS_OAUTH_SECRET` unless given. */
  names?: ClientNames;
  /** Milliseconds for a call with its repetitions; 15 000 unless given. */
  timeoutMs?: number;
}

const keySchema = z.object({ id: z.string(), key: z.string().min(1) });

/** What we read of a device; everything but its ids may be left out by a server that is not Tailscale's own. */
const deviceSchema = z
  .object({
    id: z.string().optional(),
    nodeId: z.string().optional(),
    hostname: z.string().default(''),
    name: z.string().default(''),
    addresses: z.array(z.string()).nullish(),
    tags: z.array(z.string()).nullish(),
    lastSeen: z.string().optional(),
    connectedToControl: z.boolean().optional(),
    created: z.string().optional(),
    keyExpiryDisabled: z.boolean().default(false),
  })
  .transform((device, context): MeshDevice => {
    const id = device.nodeId || device.id;
    if (!id) {
      context.addIssue({ code: 'custom', message: 'has no id' });
      return z.NEVER;
    }
    const { lastSeen, connectedToControl: online, created } = device;
    return {
      id,
      hostname: device.hostname,
      name: device.name.replace(/\.$/, ''),
      addresses: device.addresses ?? [],
      tags: device.tags ?? [],
      ...(lastSeen ? { lastSeen } : {}),
      ...(online === undefined ? {} : { online }),
      // Empty for devices that belong to another tailnet.
      ...(created ? { createdAt: created } : {}),
      keyExpires: !device.keyExpiryDisabled,
    };
  });
const devicesSchema = z.object({ devices: z.array(deviceSchema) });

interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  json?: unknown;
  /** What we want, for the message of a refusal. */
  what: string;
  /** Where it is what we wanted already. */
  goneIsDone?: boolean;
}

/**
 * A client for one tailnet. Plain HTTP rather than the vendor's library, which knows neither our deadlines nor a private CA.
 *
 * @throws NanteError `invalid-input` where id or secret is empty or the address is none
 */
export function createTailscaleClient(
  options: TailscaleClientOptions,
): TailscaleApi {
  const {
    tailnet = '-',
    timeoutMs = 15_000,
    names = { clientId: 'TS_OAUTH_CLIENT_ID', clientSecret: 'TS_OAUTH_SECRET' },
  } = options;
  const clientId = options.clientId.trim();
  const clientSecret = options.clientSecret.trim();
  const empty = [
    ...(clientId ? [] : [names.clientId]),
    ...(clientSecret ? [] : [names.clientSecret]),
  ];
  if (empty.length > 0)
    throw new NanteError(
      'invalid-input',
      `${empty.join(' and ')} ${empty.length > 1 ? 'are' : 'is'} empty.`,
      { hint: 'Set id and secret of an OAuth client of the tailnet.' },
    );
  const { url = 'https://api.tailscale.com' } = options;
  const http = createHttpClient({
    system: 'Tailscale',
    baseUrl: url,
    headers: { accept: 'application/json' },
    caFile: options.caFile,
  });
  const tokens = createAccessTokens(http, {
    clientId,
    clientSecret,
    tailnet,
    names,
    timeoutMs,
  });
  const ofTailnet = (rest: string) =>
    `/api/v2/tailnet/${encodeURIComponent(tailnet)}/${rest}`;

  async function send(call: Call, { signal }: CallOptions) {
    const end = Date.now() + timeoutMs;
    const attempt = async () => {
      // One request for a token serves everybody who waits, so a person's cancel ends only their own waiting.
      const token = await withDeadline(
        { system: 'Tailscale', url },
        Math.max(1, end - Date.now()),
        signal,
        () => tokens.get(),
      );
      const answer = await http.request({
        method: call.method,
        path: call.path,
        json: call.json,
        headers: { authorization: `Bearer ${token}` },
        timeoutMs: Math.max(1, end - Date.now()),
        signal,
        // Ids are never given twice, so deleting may happen twice; a key that nobody heard of must not be made twice.
        repetitions: call.method === 'POST' ? 0 : 2,
      });
      return { token, answer };
    };
    let { token, answer } = await attempt();
    if (answer.status === 401) {
      // It may have been taken back before its time; a refused call has done nothing.
      tokens.forget(token);
      ({ token, answer } = await attempt());
    }
    return answer;
  }

  async function done(
    call: Call,
    given: CallOptions = {},
  ): Promise<HttpAnswer> {
    const answer = await send(call, given);
    const isDone =
      (answer.status >= 200 && answer.status < 300) ||
      (call.goneIsDone && answer.status === 404);
    if (isDone) return answer;
    throw refusal(answer, call.what, tailnet, names);
  }

  function read<Schema extends z.ZodType>(
    schema: Schema,
    { text }: HttpAnswer,
    what: string,
  ): z.output<Schema> {
    const value = schema.safeParse(parsed(text));
    if (value.success) return value.data;
    throw new NanteError(
      'failed',
      `Tailscale answered something that is no ${what}.`,
      { hint: 'Check that the address is really that of Tailscale.' },
    );
  }

  return {
    async checkAccess(given) {
      const calls = (['devices', 'keys'] as const).map(what =>
        done(
          {
            method: 'GET',
            path: ofTailnet(what),
            what: `list the ${what}`,
          },
          given,
        ),
      );
      await Promise.all(calls);
    },

    async createKey({ tags, expirySeconds, description }, given) {
      const create = {
        reusable: false,
        ephemeral: false,
        preauthorized: true,
        tags,
      };
      const answer = await done(
        {
          method: 'POST',
          path: ofTailnet('keys'),
          json: {
            capabilities: { devices: { create } },
            expirySeconds,
            description,
          },
          what: `make a key for a host with ${tags.join(', ')}`,
        },
        given,
      );
      return read(keySchema, answer, 'key');
    },

    async deleteKey(id, given) {
      await done(
        {
          method: 'DELETE',
          path: ofTailnet(`keys/${encodeURIComponent(id)}`),
          what: `revoke the key ${id}`,
          goneIsDone: true,
        },
        given,
      );
    },

    async devices(given) {
      const answer = await done(
        {
          method: 'GET',
          path: ofTailnet('devices'),
          what: 'list the devices',
        },
        given,
      );
      return read(devicesSchema, answer, 'list of devices').devices;
    },

    async deleteDevice(id, given) {
      await done(
        {
          method: 'DELETE',
          path: `/api/v2/device/${encodeURIComponent(id)}`,
          what: `remove the device ${id}`,
          goneIsDone: true,
        },
        given,
      );
    },
  };
}

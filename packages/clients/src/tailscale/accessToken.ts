import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpClient } from '../http/client';
import { parsed, refusal, type ClientNames } from './failures';

const tokenSchema = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.number().positive().default(3600),
});

/** A token is replaced so long before its end: the call that takes it must still find it good. */
const marginMs = 60_000;

/** Access tokens of an OAuth client. */
export interface AccessTokens {
  /** One that is good for a while; asked for once, however many wait. */
  get(): Promise<string>;
  /** This one was refused: the next call asks for another. */
  forget(token: string): void;
}

/**
 * The client credentials grant. Tokens stay in memory.
 *
 * @param options - `timeoutMs`: for one call; callers that give up earlier leave the others waiting for it
 */
export function createAccessTokens(
  http: HttpClient,
  options: {
    clientId: string;
    clientSecret: string;
    tailnet: string;
    names: ClientNames;
    timeoutMs: number;
  },
): AccessTokens {
  let kept: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const answer = await http.request({
      method: 'POST',
      path: '/api/v2/oauth/token',
      form: {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        grant_type: 'client_credentials',
      },
      timeoutMs: options.timeoutMs,
      // A token that nobody takes does no harm: it ends by itself.
      repetitions: 2,
    });
    if (answer.status !== 200)
      throw refusal(answer, 'in', options.tailnet, options.names);
    const given = tokenSchema.safeParse(parsed(answer.text)).data;
    if (!given)
      throw new NanteError(
        'failed',
        'Tailscale answered something that is no access token.',
        { hint: 'Check that the address is really that of Tailscale.' },
      );
    const lasts = given.expires_in * 1000;
    // Of a short life at most half is given away.
    const until = Date.now() + lasts - Math.min(marginMs, lasts / 2);
    kept = { token: given.access_token, until };
    return kept.token;
  }

  return {
    async get() {
      if (kept && Date.now() < kept.until) return kept.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}

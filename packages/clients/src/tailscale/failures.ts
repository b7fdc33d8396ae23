import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer } from '../http/client';

/** Names of the secrets, for hints. */
export interface ClientNames {
  clientId: string;
  clientSecret: string;
}

const refusalSchema = z.object({ message: z.string() });

/** Tailscale's own words, or the status where a proxy in between answers something else. */
function wordsOf(answer: HttpAnswer): string {
  const said = refusalSchema.safeParse(parsed(answer.text)).data?.message;
  return (said || answer.statusText || `HTTP ${answer.status}`)
    .trim()
    .slice(0, 500);
}

/** The value of a JSON text, or undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What went wrong and what to do about it.
 *
 * @param what - what we wanted, as in "cannot …"
 */
export function refusal(
  answer: HttpAnswer,
  what: string,
  tailnet: string,
  names: ClientNames,
): NanteError {
  const words = wordsOf(answer);
  const details = { status: answer.status };
  const refused = `Tailscale does not let us ${what}: ${words}.`;
  if (/^requested tags/.test(words))
    return new NanteError('refused', refused, {
      hint: `Add these tags to tagOwners in the tailnet's policy, owned by a tag of the OAuth client of ${names.clientId}, or take them out of the configuration.`,
      details,
    });
  switch (answer.status) {
    case 401:
      return new NanteError(
        'unauthorized',
        `Tailscale refused our OAuth client: ${words}.`,
        {
          hint: `Check the secrets ${names.clientId} and ${names.clientSecret}: are they of one OAuth client that was not revoked?`,
          details,
        },
      );
    case 403:
      return new NanteError('unauthorized', refused, {
        hint: `Give the OAuth client of ${names.clientId} the scopes auth_keys and devices:core.`,
        details,
      });
    case 404:
      return new NanteError('not-found', refused, {
        hint: `Check the tailnet of the connection, "${tailnet}": "-" is the one that the OAuth client belongs to.`,
        details,
      });
    case 429:
      return new NanteError(
        'unreachable',
        'Tailscale answers HTTP 429: it was asked too often.',
        { hint: 'Wait a minute and try again.', details },
      );
    default:
      if (answer.status >= 500)
        return new NanteError(
          'unreachable',
          `Tailscale answered HTTP ${answer.status}: ${words}.`,
          { hint: 'Try again in a moment.', details },
        );
      return new NanteError('failed', refused, { details });
  }
}

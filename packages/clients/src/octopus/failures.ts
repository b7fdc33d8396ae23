import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer } from '../http/client';
import { shownAddress } from '../http/failures';

/** What a call was about, for the message of its refusal. */
export interface AskedCall {
  /** As in "cannot …": `make the release 1.2.3`. */
  what: string;
  method: string;
}

/** Whose refusal it is. */
export interface AskedServer {
  url: string;
  /** Name of the secret with the key. */
  keyName: string;
}

const refusalSchema = z.object({
  ErrorMessage: z.string().nullish(),
  Errors: z.array(z.string()).nullish(),
});

/** The value of a JSON text, or undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Octopus' own words, or the status where a proxy in between answers something else. */
function wordsOf(answer: HttpAnswer): string {
  const body = refusalSchema.safeParse(parsed(answer.text)).data;
  const errors = body?.Errors ?? [];
  // Beside errors one by one, the message only says that there are some.
  const message =
    errors.length > 0 && /^There was a problem/u.test(body?.ErrorMessage ?? '')
      ? ''
      : body?.ErrorMessage;
  const said = [message, ...errors]
    .flatMap(words => (words?.trim() ? [words.trim()] : []))
    .filter((words, index, all) => all.indexOf(words) === index)
    .join(' ');
  return (said || answer.statusText || `HTTP ${answer.status}`).slice(0, 1000);
}

/** Permissions that a refusal names; Octopus writes `Missing permission: MachineCreate`. */
function permissionsIn(words: string): string[] {
  const list =
    /permissions?:\s*([A-Z]\w+(?:\s*(?:,|or|and)\s*[A-Z]\w+)*)/u.exec(
      words,
    )?.[1];
  return list ? list.split(/\s*(?:,|\bor\b|\band\b)\s*/u) : [];
}

/** What a refusal means for the one who has to act on it. */
export function refusal(
  answer: HttpAnswer,
  { what, method }: AskedCall,
  { url, keyName }: AskedServer,
): NanteError {
  const words = wordsOf(answer).replace(/[.\s]+$/u, '');
  const at = `Octopus at ${shownAddress(url)}`;
  const details = { status: answer.status };
  switch (answer.status) {
    case 400:
      return /\balready\b/iu.test(words) && method === 'POST'
        ? new NanteError('conflict', `Octopus cannot ${what}: ${words}.`, {
            details,
          })
        : new NanteError('invalid-input', `Octopus cannot ${what}: ${words}.`, {
            details,
          });
    case 401:
      return new NanteError(
        'unauthorized',
        `${at} refuses our API key: ${words}.`,
        {
          hint: `Make a new key for the service account in Octopus, and store it as ${keyName}.`,
          details,
        },
      );
    case 403: {
      const permissions = permissionsIn(words);
      const lacks = permissions.join(', ');
      return new NanteError(
        'unauthorized',
        lacks
          ? `Octopus does not let us ${what}: the key's user lacks the permission ${lacks}.`
          : `Octopus does not let us ${what}: ${words}.`,
        {
          hint: `Give the user of ${keyName} a team in Octopus with a role that has ${lacks || 'this permission'}, in this space and for these projects and environments.`,
          details: { ...details, permissions },
        },
      );
    }
    case 404:
      return new NanteError('not-found', `Octopus cannot ${what}: ${words}.`, {
        hint: 'It may have been deleted, or lie in another space.',
        details,
      });
    case 409:
      return new NanteError('conflict', `Octopus cannot ${what}: ${words}.`, {
        hint: 'Somebody else changed it at the same moment. Try again.',
        details,
      });
    case 429:
      return tooOften(url, answer.retryAfterMs);
    default:
      return answer.status >= 500
        ? new NanteError(
            'unreachable',
            `${at} answered HTTP ${answer.status}: ${words}.`,
            {
              hint: "Try again in a moment, then look into the server's log.",
              details,
            },
          )
        : new NanteError('failed', `Octopus cannot ${what}: ${words}.`, {
            details,
          });
  }
}

/** The server refuses call after call, for longer than we wait. */
export function tooOften(url: string, retryAfterMs?: number): NanteError {
  const wait = retryAfterMs
    ? `in ${Math.ceil(retryAfterMs / 1000)} s`
    : 'in a minute';
  return new NanteError(
    'unreachable',
    `Octopus at ${shownAddress(url)} answers HTTP 429: its user has asked too often.`,
    {
      hint: `Try again ${wait}. Lower requestsPerMinute of the connection where others use the same user.`,
      details: { status: 429 },
    },
  );
}

/** The answer is complete and not what we asked for. */
export function misunderstood(url: string, what: string): NanteError {
  return new NanteError(
    'failed',
    `Octopus at ${shownAddress(url)} answered something that is no ${what}.`,
    { hint: 'Check that the address is really that of Octopus.' },
  );
}

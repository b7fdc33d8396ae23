import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer } from '../http/client';
import { shownAddress } from '../http/failures';
import { hasScope, listed } from './scopes';

/** Whose refusal it is. */
export interface AskedServer {
  url: string;
  /** Name of the secret with the token. */
  tokenName: string;
}

const refusalSchema = z.object({
  message: z.string().nullish(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({
          message: z.string().nullish(),
          code: z.string().nullish(),
          field: z.string().nullish(),
        }),
      ]),
    )
    .nullish()
    .catch(undefined),
});

function bodyOf({ text }: HttpAnswer) {
  try {
    return refusalSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** GitHub's own words, or the status where a proxy in between answers something else. */
function wordsOf(answer: HttpAnswer): string {
  const body = bodyOf(answer);
  const more = (body?.errors ?? []).map(error =>
    typeof error === 'string'
      ? error
      : (error.message ?? [error.field, error.code].filter(Boolean).join(' ')),
  );
  const said = [body?.message, ...more]
    .flatMap(words => (words?.trim() ? [words.trim()] : []))
    .filter((words, index, all) => all.indexOf(words) === index)
    .join(': ');
  return (said || answer.statusText || `HTTP ${answer.status}`)
    .slice(0, 1000)
    .replace(/[.\s]+$/u, '');
}

/** What the token lacks for a call; undefined where GitHub does not say. */
function lackOf(
  answer: HttpAnswer,
  words: string,
): { kind: 'scope' | 'right'; names: string[] } | undefined {
  const scope = /without `?(\w+)`? scope/u.exec(words)?.[1];
  if (scope) return { kind: 'scope', names: [scope] };
  const { headers } = answer;
  const accepted = listed(headers.get('x-accepted-oauth-scopes'));
  const scopes = headers.get('x-oauth-scopes');
  if (scopes !== null && accepted.length > 0) {
    const own = listed(scopes);
    if (!accepted.some(one => hasScope(own, one)))
      return { kind: 'scope', names: accepted };
  }
  const rights = headers.get('x-accepted-github-permissions');
  if (rights && answer.status === 403)
    return {
      kind: 'right',
      // `contents=write,workflows=write; administration=write`: one list or the other.
      names: rights
        .split(';')
        .map(list => list.trim().replaceAll('=', ': ').replaceAll(',', ' and '))
        .filter(Boolean),
    };
  return undefined;
}

/** What a refusal means for the one who has to act on it. */
export function refusal(
  answer: HttpAnswer,
  { what }: { what: string },
  { url, tokenName }: AskedServer,
): NanteError {
  const words = wordsOf(answer);
  const { status } = answer;
  const details = { status };
  const cannot = `GitHub cannot ${what}: ${words}.`;
  if (status === 401)
    return new NanteError(
      'unauthorized',
      `GitHub at ${shownAddress(url)} refuses our token: ${words}.`,
      {
        hint: `Make a new token in GitHub, and store it as ${tokenName}; docs/github.md lists its rights.`,
        details,
      },
    );
  const lack = [403, 404, 422].includes(status)
    ? lackOf(answer, words)
    : undefined;
  if (lack)
    return new NanteError(
      'unauthorized',
      `GitHub does not let us ${what}: the token lacks the ${lack.kind} ${lack.names.join(' or ')}.`,
      {
        hint: `Give the token in ${tokenName} this ${lack.kind}; docs/github.md lists all that are used.`,
        details: { ...details, [`${lack.kind}s`]: lack.names },
      },
    );
  if (isGuarded(words))
    return new NanteError('refused', cannot, {
      hint: 'A rule of the branch, the repository or the organization guards this; change the rule, or go by a pull request.',
      details,
    });
  switch (status) {
    case 403:
      return forbidden(answer, words, what, tokenName);
    case 404:
    case 410:
      return new NanteError('not-found', cannot, {
        hint: `It may be gone, or the token in ${tokenName} may not see it.`,
        details,
      });
    case 409:
      return new NanteError('conflict', cannot, { details });
    case 422:
      return isThereAlready(answer, words)
        ? new NanteError('conflict', cannot, { details })
        : new NanteError('invalid-input', cannot, { details });
    default:
      return status >= 500
        ? new NanteError(
            'unreachable',
            `GitHub at ${shownAddress(url)} answered HTTP ${status}: ${words}.`,
            {
              hint: 'Try again in a moment, then look at the status page of the server.',
              details,
            },
          )
        : new NanteError('failed', cannot, { details });
  }
}

function forbidden(
  { headers }: HttpAnswer,
  words: string,
  what: string,
  tokenName: string,
): NanteError {
  const details = { status: 403 };
  if (/^Upgrade to GitHub/u.test(words))
    return new NanteError('refused', `GitHub cannot ${what}: ${words}.`, {
      hint: "The plan of the organization does not have this for private repositories: leave it out of the request, or change the repository's visibility.",
      details,
    });
  const needsSignOn = headers.get('x-github-sso')?.startsWith('required');
  return new NanteError(
    'unauthorized',
    `GitHub does not let us ${what}: ${words}.`,
    {
      hint: needsSignOn
        ? `Authorize the token in ${tokenName} for the single sign-on of the organization (Settings, Developer settings, Configure SSO).`
        : `Give the user of ${tokenName} a role in the repository or organization that has this right.`,
      details,
    },
  );
}

function isGuarded(words: string): boolean {
  return /protected branch|rule violation|cannot force-push|required status check/iu.test(
    words,
  );
}

function isThereAlready(answer: HttpAnswer, words: string): boolean {
  const codes = (bodyOf(answer)?.errors ?? []).flatMap(error =>
    typeof error === 'string' ? [] : [error.code],
  );
  return codes.includes('already_exists') || /already exists/iu.test(words);
}

/** GitHub wants no calls for longer than we wait. @param until - milliseconds since 1970 */
export function tooOften(url: string, until: number): NanteError {
  const resetsAt = new Date(until).toISOString();
  return new NanteError(
    'refused',
    `GitHub at ${shownAddress(url)} takes no more requests with our token until ${resetsAt}.`,
    {
      hint: 'Its limit is used up. Try again then; a webhook saves most requests, see docs/github.md.',
      details: { status: 429, resetsAt },
    },
  );
}

/** The answer is complete and not what we asked for. */
export function misunderstood(url: string, noun: string): NanteError {
  return new NanteError(
    'failed',
    `GitHub at ${shownAddress(url)} answered something that is no ${noun}.`,
    {
      hint: 'Check that the address is really that of the API: https://api.github.com, or https://HOST/api/v3.',
    },
  );
}

/** Whether a call failed because of one of these statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return (
    NanteError.is(error) && statuses.includes(error.details?.status as number)
  );
}

/** Undefined where the call failed by one of these statuses, and no right lacks. */
export async function unlessAbsent<T>(
  call: Promise<T>,
  ...statuses: number[]
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasStatus(error, ...statuses) && !isLack(error)) return undefined;
    throw error;
  }
}

function isLack(error: unknown): boolean {
  return NanteError.is(error) && error.code === 'unauthorized';
}

import { NanteError } from '@nante/model';
import { z } from 'zod';
import { shownAddress } from '../http/failures';

/** As much of an answer as a message is made from. */
export interface RefusedAnswer {
  status: number;
  statusText: string;
  text: string;
}

/** Who asked, and for what. */
export interface Asked {
  /** Address of the server. */
  url: string;
  user: string;
  /** Names of the secrets. */
  names: { username: string; password: string };
  /** As in "cannot …". */
  what: string;
  /** Privilege that the call takes. */
  privilege?: string;
  /** A page of a search was continued. */
  continued?: boolean;
}

const validationSchema = z.array(
  z.object({ id: z.string().optional(), message: z.string() }),
);
const registrySchema = z.object({
  errors: z
    .array(z.object({ code: z.string(), message: z.string().nullish() }))
    .min(1),
});
const npmSchema = z.object({ error: z.string() });

/** What Nexus says, in its own words; it has four ways to say it. */
function wordsOf({ text, statusText, status }: RefusedAnswer): string {
  const json = parsed(text);
  const validation = validationSchema.safeParse(json).data;
  const registry = registrySchema.safeParse(json).data;
  const isText = json === undefined && !/^\s*</.test(text);
  const said = [
    validation
      ?.map(({ id, message }) =>
        id && id !== '*' ? `${id}: ${message}` : message,
      )
      .join('; '),
    registry?.errors
      .map(({ code, message }) => [code, message].filter(Boolean).join(': '))
      .join('; '),
    npmSchema.safeParse(json).data?.error,
    isText ? text.trim().split('\n')[0] : undefined,
    statusText,
  ].find(Boolean);
  return (said ?? `HTTP ${status}`).trim().replace(/\.$/, '').slice(0, 500);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Words of a repository whose versions may not be published again. */
const redeployWords =
  /does not allow updating|cannot be updated|not allow(?:ed)? to (?:be )?(?:updated?|redeploy)|cannot be redeployed/i;

/** What a refusal means, and what to do about it. */
export function nexusFailure(answer: RefusedAnswer, asked: Asked): NanteError {
  const { status } = answer;
  const { url, what, names } = asked;
  const words = wordsOf(answer);
  const details = { status };
  const server = `Nexus at ${shownAddress(url)}`;
  switch (status) {
    case 401:
      return new NanteError(
        'unauthorized',
        `${server} refused our user and password.`,
        {
          hint: `Check the secrets ${names.username} and ${names.password}.`,
          details,
        },
      );
    case 403:
      return new NanteError(
        'unauthorized',
        `The user of ${names.username} may not ${what}.`,
        {
          hint: asked.privilege
            ? `Give it the privilege ${asked.privilege} in Nexus.`
            : 'Give it the privilege for that in Nexus.',
          details,
        },
      );
    case 404:
      return new NanteError('not-found', `Nexus cannot ${what}: ${words}.`, {
        details,
      });
    case 413:
      return new NanteError(
        'invalid-input',
        `Nexus cannot ${what}: it is too large for ${shownAddress(url)}.`,
        {
          hint: 'Raise the limit for bodies of the proxy in front of Nexus.',
          details,
        },
      );
    case 400:
    case 406:
    case 422:
      return badRequest(words, asked, details);
    default:
      return status === 429 || status > 500
        ? unavailable(answer, words, asked)
        : serverError(answer, words, asked);
  }
}

function badRequest(
  words: string,
  { what, continued }: Asked,
  details: Record<string, unknown>,
): NanteError {
  if (continued)
    return new NanteError(
      'invalid-input',
      `Nexus cannot ${what}: the token of the page has expired (${words}).`,
      { hint: 'Begin the search anew.', details },
    );
  if (redeployWords.test(words))
    return new NanteError('conflict', `Nexus cannot ${what}: ${words}.`, {
      hint: 'Publish it under another version: what is there may not be replaced.',
      details,
    });
  return new NanteError('invalid-input', `Nexus cannot ${what}: ${words}.`, {
    hint: 'Correct what Nexus names.',
    details,
  });
}

function unavailable(
  { status }: RefusedAnswer,
  words: string,
  { url, what }: Asked,
): NanteError {
  if (/read-only/i.test(words)) return readOnly(url);
  return new NanteError(
    'unreachable',
    `Nexus at ${shownAddress(url)} cannot ${what} now: ${words} (HTTP ${status}).`,
    {
      hint: 'Try again in a while; when it stays so, look at the log of Nexus.',
      details: { status },
    },
  );
}

function serverError(
  { status }: RefusedAnswer,
  words: string,
  { url, what }: Asked,
): NanteError {
  const isFull = /no space|disk quota|not enough (?:usable )?space/i.test(
    words,
  );
  return new NanteError(
    'failed',
    isFull
      ? `Nexus at ${shownAddress(url)} has no space left, so that it cannot ${what}.`
      : `Nexus at ${shownAddress(url)} cannot ${what}: ${words} (HTTP ${status}).`,
    {
      hint: isFull
        ? 'Make room in its blob store, then repeat the request.'
        : 'Look at the log of Nexus.',
      details: { status },
    },
  );
}

/** Nexus reads, and writes nothing. */
export function readOnly(url: string): NanteError {
  return new NanteError(
    'failed',
    `Nexus at ${shownAddress(url)} is in read-only mode: it takes no uploads.`,
    {
      hint: 'Ask who runs it (System > Nodes in Nexus), then repeat the request.',
    },
  );
}

/** Something answers there, and it is no Nexus. */
export function misunderstood(url: string, noun: string): NanteError {
  return new NanteError(
    'failed',
    `What listens at ${shownAddress(url)} answered something that is no ${noun} of Nexus.`,
    {
      hint: 'Check that the address is that of Nexus itself, without /service/rest.',
    },
  );
}

import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer } from '../http/client';
import { shownAddress } from '../http/failures';

const bodySchema = z.object({ code: z.number(), message: z.string() });

/** OpenObserve's own codes for what is simply not there yet: 20002 the stream, 20004 one of its columns. */
const absent = new Set([20002, 20004]);

/** True for a search in a stream that nobody has sent to yet, or nobody with our labels. */
export function saysNoData(answer: HttpAnswer): boolean {
  const body = bodyOf(answer);
  return answer.status !== 200 && body !== undefined && absent.has(body.code);
}

/** What a refusal means for the one who has to act on it. */
export function openobserveFailure(
  answer: HttpAnswer,
  asked: { url: string; organization: string },
): NanteError {
  const { status } = answer;
  const said = bodyOf(answer)?.message.slice(0, 500);
  const at = `OpenObserve at ${shownAddress(asked.url)}`;
  const details = { status };
  switch (status) {
    case 401:
    case 403:
      return new NanteError(
        'unauthorized',
        `${at} refuses our user or password for the organization "${asked.organization}".`,
        {
          hint: 'Check OO_USER and OO_PASS: the user is an e-mail address, and a member of that organization.',
          details,
        },
      );
    case 404:
      return new NanteError(
        'not-found',
        `${at} does not know the call that we made.`,
        {
          hint: 'Check OO_HOST, its base path included, and the organization.',
          details,
        },
      );
    case 429:
      return new NanteError('unreachable', `${at} is asked too often.`, {
        hint: 'Try again in a moment.',
        details,
      });
    default:
      return status >= 500
        ? new NanteError(
            'unreachable',
            `${at} answered HTTP ${status}${said ? `: ${said}` : '.'}`,
            { hint: 'Try again in a moment, then look into its log.', details },
          )
        : new NanteError(
            'failed',
            `${at} refused a question${said ? `: ${said}` : ` with HTTP ${status}.`}`,
            {
              hint: 'Compare its version with the one in the README.',
              details,
            },
          );
  }
}

function bodyOf(answer: HttpAnswer): z.infer<typeof bodySchema> | undefined {
  try {
    return bodySchema.safeParse(JSON.parse(answer.text)).data;
  } catch {
    return undefined;
  }
}

import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { HttpAnswer } from '../http/client';

/** What a call was, for messages. */
export interface ProxmoxCall {
  /** Origin of the server. */
  url: string;
  method: string;
  path: string;
  tokenId: string;
}

const bodySchema = z.object({
  message: z.string().nullish(),
  errors: z.record(z.string(), z.unknown()).nullish(),
});

/** Proxmox's own words: the message of the body, else the reason phrase. */
function wordsOf(answer: HttpAnswer): {
  message: string;
  errors: Record<string, string>;
} {
  let body: z.infer<typeof bodySchema> = {};
  try {
    body = bodySchema.safeParse(JSON.parse(answer.text)).data ?? {};
  } catch {
    // A proxy in between answers HTML; the reason phrase has to do.
  }
  return {
    message: (body.message || answer.statusText || `HTTP ${answer.status}`)
      .trim()
      .slice(0, 500),
    errors: Object.fromEntries(
      Object.entries(body.errors ?? {}).map(([name, why]) => [
        name,
        `${why}`.trim(),
      ]),
    ),
  };
}

/** Message and parameter errors in one text: the reason stands now here, now there. */
function allWordsOf(answer: HttpAnswer): string {
  const { message, errors } = wordsOf(answer);
  return [message, ...Object.values(errors)].join(' ');
}

/** True for an answer that says the guest, storage or task is not there; for guests that comes as status 500. */
export function saysMissing(answer: HttpAnswer): boolean {
  if (answer.status === 404) return true;
  return (
    [400, 500].includes(answer.status) &&
    /does not exist|no such (task|vm|ct|storage|node|volume)|unable to find configuration file/i.test(
      allWordsOf(answer),
    )
  );
}

/** True while another operation holds the configuration file: asking again later helps. */
export function saysLockTimeout(answer: HttpAnswer): boolean {
  return (
    answer.status === 500 &&
    /can't lock file .* got timeout/i.test(wordsOf(answer).message)
  );
}

/** True when the guest agent or container has nothing to say at the moment. */
export function saysAgentSilent(answer: HttpAnswer): boolean {
  return (
    answer.status === 500 &&
    /guest agent|agent is not running|is not running|not running/i.test(
      wordsOf(answer).message,
    )
  );
}

/** True when the agent opens no such file for us: it is not there, or our token lacks the privilege. */
export function saysUnreadable(answer: HttpAnswer): boolean {
  return (
    answer.status === 403 ||
    (answer.status === 500 &&
      /failed to open file|guest-file-open has been disabled/i.test(
        wordsOf(answer).message,
      ))
  );
}

/** True when `cluster/nextid` refuses an id because a guest has it. */
export function saysIdTaken(answer: HttpAnswer): boolean {
  return (
    answer.status === 400 &&
    /already exists|already used|in use/i.test(allWordsOf(answer))
  );
}

/** Turns an answer other than success into an error a person can act on. */
export function proxmoxFailure(
  answer: HttpAnswer,
  call: ProxmoxCall,
): NanteError {
  const { message, errors } = wordsOf(answer);
  const { status } = answer;
  const details = {
    url: call.url,
    method: call.method,
    path: call.path,
    status,
  };
  const where = `Proxmox at ${call.url}`;
  if (status === 401) {
    return new NanteError(
      'unauthorized',
      `${where} does not accept the token ${call.tokenId}: ${message}`,
      {
        hint: 'Check PROXMOX_TOKEN_ID (user@realm!name) and PROXMOX_TOKEN_SECRET, and that the token has not expired.',
        details,
      },
    );
  }
  if (status === 403) return forbidden(message, where, call, details);
  if (status === 400 && !saysMissing(answer)) {
    const wrong = Object.entries(errors).map(
      ([name, why]) => `${name}: ${why}`,
    );
    return new NanteError(
      'invalid-input',
      `${where} refused ${call.method} ${call.path}: ${wrong.join('; ') || message}`,
      { details: { ...details, errors } },
    );
  }
  if (saysMissing(answer)) {
    return new NanteError('not-found', `${where}: ${allWordsOf(answer)}`, {
      details,
    });
  }
  if ([595, 596, 599].includes(status)) {
    const node = /^\/nodes\/([^/]+)/.exec(call.path)?.[1];
    return new NanteError(
      'unreachable',
      `${where} cannot reach ${node ? `its node ${node}` : 'a node of the cluster'}: ${message}`,
      { hint: 'Check whether the node is up.', details: { ...details, node } },
    );
  }
  if (status === 429 || (status >= 502 && status <= 504)) {
    return new NanteError(
      'unreachable',
      `${where} answers HTTP ${status}: ${message}`,
      {
        hint: 'The server or the proxy before it is overloaded; try again in a moment.',
        details,
      },
    );
  }
  if (status >= 300 && status < 400) {
    return new NanteError(
      'failed',
      `${where} answers with a redirection (HTTP ${status}); this is not the API.`,
      {
        hint: 'Give the address of the API itself, usually https://<host>:8006.',
        details,
      },
    );
  }
  if (
    /can't lock file|is locked|already (exists|running)|is running|not running/i.test(
      message,
    )
  ) {
    return new NanteError('conflict', `${where}: ${message}`, {
      hint: 'Wait until the other operation on the guest has ended, then try again.',
      details,
    });
  }
  return new NanteError(
    'failed',
    `${where} failed at ${call.method} ${call.path}: ${message}`,
    { details },
  );
}

function forbidden(
  message: string,
  where: string,
  call: ProxmoxCall,
  details: Record<string, unknown>,
): NanteError {
  const check = /Permission check failed \(([^,)]+)(?:,\s*([^)]+))?\)/.exec(
    message,
  );
  const [, path, privilege] = check ?? [];
  if (!privilege) {
    return new NanteError(
      'unauthorized',
      `${where} does not allow ${call.method} ${call.path} to the token ${call.tokenId}: ${message}`,
      {
        hint: 'Some calls are refused to every API token; others need a role on the path.',
        details,
      },
    );
  }
  return new NanteError(
    'unauthorized',
    `The token ${call.tokenId} lacks the privilege ${privilege} on ${path} (${where}).`,
    {
      hint: `Give the token and its user a role with ${privilege} on ${path}; with privilege separation both need it.`,
      details: { ...details, privilege, aclPath: path },
    },
  );
}

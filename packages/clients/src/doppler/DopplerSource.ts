import { NanteError } from '@nante/model';
import { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { choose, demand, type SecretValues } from './missing';
import type { CallOptions } from '../proxmox/types';
import type { SecretSource } from './types';

/** Which Doppler config is read, and how we get in. */
export interface DopplerSourceOptions {
  /** `dp.st.…` (bound to one config) or `dp.sa.…`, `dp.pt.…` (which need project and config). */
  token: string;
  /** Without effect with a service token. */
  project?: string;
  config?: string;
  /** `https://api.doppler.com` unless given. */
  apiHost?: string;
  /** PEM file with a private CA. */
  caFile?: string;
  /** Milliseconds; 10 000 unless given. */
  timeoutMs?: number;
}

const keptMs = 60_000;
const secretsSchema = z.record(z.string(), z.string().nullable());
const refusalSchema = z.object({ messages: z.array(z.string()) });

/**
 * Secrets out of a Doppler config. Plain HTTP rather than Doppler's SDK, which knows neither deadline nor cancel nor a
 * private CA. Values stay in memory, for at most a minute.
 *
 * @throws NanteError `invalid-input` when the token is empty or needs a project and config that are not named
 */
export function createDopplerSource(
  options: DopplerSourceOptions,
): SecretSource {
  const token = options.token.trim();
  if (token === '') {
    throw new NanteError('invalid-input', 'DOPPLER_TOKEN is empty.', {
      hint: 'Set it to a service token of the Doppler config to read.',
    });
  }
  const bound = token.startsWith('dp.st.');
  const { project, config } = options;
  if (!bound && !(project && config)) {
    throw new NanteError(
      'invalid-input',
      'This kind of Doppler token needs a project and a config.',
      { hint: 'Set DOPPLER_TARGET_PROJECT and DOPPLER_TARGET_CONFIG.' },
    );
  }
  // A bound token's config has a name that only Doppler knows; the one that was configured may be wrong.
  let title = bound
    ? 'the Doppler config of DOPPLER_TOKEN'
    : `Doppler config ${project}/${config}`;
  const http = createHttpClient({
    system: 'Doppler',
    baseUrl: options.apiHost ?? 'https://api.doppler.com',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    caFile: options.caFile,
  });

  let kept: { values: SecretValues; until: number } | undefined;
  let asking: Promise<SecretValues> | undefined;
  const ask = async () => {
    const answer = await http.request({
      method: 'GET',
      path: '/v3/configs/config/secrets/download',
      query: {
        format: 'json',
        ...(bound ? {} : { project, config }),
      },
      timeoutMs: options.timeoutMs ?? 10_000,
      repetitions: 2,
    });
    if (answer.status !== 200) throw refusal(answer, title);
    const values = secretsSchema.safeParse(parsed(answer.text)).data;
    if (!values) {
      throw new NanteError(
        'failed',
        'Doppler answered something that is no list of secrets.',
        { hint: 'Check that the API host is really Doppler.' },
      );
    }
    if (bound && values.DOPPLER_PROJECT && values.DOPPLER_CONFIG) {
      title = `Doppler config ${values.DOPPLER_PROJECT}/${values.DOPPLER_CONFIG}`;
    }
    const strings = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value ?? undefined]),
    );
    // The one that is not in there: whoever masks secrets has to know it too.
    const known = { DOPPLER_TOKEN: token, ...strings };
    kept = { values: known, until: Date.now() + keptMs };
    return known;
  };
  const all = async ({ signal }: CallOptions = {}): Promise<SecretValues> => {
    if (kept && Date.now() < kept.until) return kept.values;
    kept = undefined;
    // One call serves everybody who waits, so one person's cancel ends only their own waiting.
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return signal ? abandonable(asking, signal) : asking;
  };

  const source: SecretSource = {
    get title() {
      return title;
    },
    read: async (names, call) => {
      const values = await all(call);
      return demand(source, values, names);
    },
    readOptional: async (names, call) => choose(await all(call), names),
  };
  return source;
}

function refusal(answer: HttpAnswer, title: string): NanteError {
  const said = refusalSchema
    .safeParse(parsed(answer.text))
    .data?.messages.join(' ');
  const details = { status: answer.status };
  if (answer.status === 401 || answer.status === 403) {
    return new NanteError(
      'unauthorized',
      `Doppler refused the token for ${title}${said ? `: ${said}` : '.'}`,
      {
        hint: 'Check DOPPLER_TOKEN: is it complete, not revoked, and made for this project and config?',
        details,
      },
    );
  }
  if (answer.status === 404 || answer.status === 400) {
    return new NanteError(
      'not-found',
      `Doppler cannot read ${title}${said ? `: ${said}` : '.'}`,
      {
        hint: 'Check DOPPLER_TARGET_PROJECT and DOPPLER_TARGET_CONFIG.',
        details,
      },
    );
  }
  return new NanteError(
    'unreachable',
    `Doppler answered HTTP ${answer.status}${said ? `: ${said}` : '.'}`,
    { hint: 'Try again in a moment.', details },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = () =>
      reject(
        new NanteError('cancelled', 'The call to Doppler was cancelled.', {
          cause: signal.reason,
        }),
      );
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abandon));
  });
}

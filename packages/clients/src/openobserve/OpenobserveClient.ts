import { NanteError } from '@nante/model';
import { z } from 'zod';
import { createHttpClient, type HttpAnswer } from '../http/client';
import { shownAddress } from '../http/failures';
import { openobserveFailure, saysNoData } from './failures';
import type { LastHeard, OpenobserveApi, TelemetryLabels } from './types';

/** One organization of an OpenObserve and how we get in. */
export interface OpenobserveClientOptions {
  /** With or without scheme, `https://` then; a base path is kept. */
  url: string;
  /** `default` unless given. */
  organization?: string;
  /** The user's e-mail address. */
  user: string;
  /** Password or ingestion token. */
  password: string;
  /** PEM file with a private CA. */
  caFile?: string;
  /** Milliseconds for a whole call, repetitions included; 10 000 unless given. */
  timeoutMs?: number;
}

/** By what each kind of telemetry is judged: a scrape that worked, a line of the journal. */
const evidence = {
  metrics: { stream: 'up', condition: 'value = 1' },
  logs: { stream: 'journal', condition: undefined },
} as const;

/** More hosts than one organization has; without a number OpenObserve would give ten. */
const mostHosts = 50_000;
/** A host's clock may be so far ahead, milliseconds. */
const clockAheadMs = 5 * 60_000;

const labels = ['app', 'environment', 'host'] as const;
const hitSchema = z.object({
  app: z.string(),
  environment: z.string(),
  host: z.string(),
  /** Microseconds. */
  at: z.number(),
});
const answerSchema = z.object({ hits: z.array(z.unknown()) });
const streamsSchema = z.object({ list: z.array(z.unknown()) });

/**
 * What we ask an OpenObserve. All calls only read, so all are repeated when it does not answer.
 *
 * @throws NanteError `invalid-input` for an address that is none, or a user or password that is empty
 */
export function createOpenobserveClient(
  options: OpenobserveClientOptions,
): OpenobserveApi {
  const { user, password, organization = 'default' } = options;
  const url = withScheme(options.url);
  if (user.trim() === '' || password === '') {
    throw new NanteError(
      'invalid-input',
      'OpenObserve needs the e-mail address of a user and a password.',
      { hint: 'Set OO_USER and OO_PASS.' },
    );
  }
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  const http = createHttpClient({
    system: 'OpenObserve',
    baseUrl: url,
    headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
    caFile: options.caFile,
  });
  const base = `/api/${encodeURIComponent(organization)}`;
  const common = { timeoutMs: options.timeoutMs ?? 10_000, repetitions: 2 };
  const read = <S extends z.ZodType>(answer: HttpAnswer, schema: S) => {
    if (answer.status !== 200) {
      throw openobserveFailure(answer, { url, organization });
    }
    return understood(answer, schema, url);
  };

  return {
    async checkAccess({ signal } = {}) {
      const answer = await http.request({
        method: 'GET',
        path: `${base}/streams`,
        query: { type: 'metrics', limit: 1 },
        signal,
        ...common,
      });
      read(answer, streamsSchema);
    },

    async lastHeard({ type, since, only }, { signal } = {}) {
      const query = {
        sql: lastHeardSql(type, only),
        start_time: microseconds(since),
        end_time: (Date.now() + clockAheadMs) * 1000,
        from: 0,
        size: mostHosts,
      };
      const answer = await http.request({
        method: 'POST',
        path: `${base}/_search`,
        query: { type },
        json: { query },
        signal,
        ...common,
      });
      if (saysNoData(answer)) return [];
      return read(answer, answerSchema).hits.flatMap(toLastHeard);
    },
  };
}

function lastHeardSql(
  type: keyof typeof evidence,
  only: TelemetryLabels | undefined,
): string {
  const { stream, condition } = evidence[type];
  const conditions = [
    ...labels.map(label =>
      only ? `${label} = ${sqlText(only[label])}` : `${label} IS NOT NULL`,
    ),
    ...(condition ? [condition] : []),
  ];
  const columns = labels.join(', ');
  return `SELECT ${columns}, max(_timestamp) AS at FROM "${stream}" WHERE ${conditions.join(' AND ')} GROUP BY ${columns}`;
}

/**
 * A text as SQL has it. Quotes are doubled; a backslash is plain there.
 *
 * @throws NanteError `invalid-input` for control characters, which no label has
 */
function sqlText(value: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw new NanteError(
      'invalid-input',
      `A label of telemetry contains a control character: ${JSON.stringify(value)}.`,
    );
  }
  return `'${value.replaceAll("'", "''")}'`;
}

/** Rows of others, who send to the same streams without our labels, are passed over. */
function toLastHeard(hit: unknown): LastHeard[] {
  const row = hitSchema.safeParse(hit).data;
  if (!row) return [];
  const { at, ...whose } = row;
  return [{ ...whose, at: new Date(at / 1000).toISOString() }];
}

function microseconds(iso: string): number {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) {
    throw new NanteError(
      'invalid-input',
      `"${iso}" is no ISO time from which to look for telemetry.`,
    );
  }
  return time * 1000;
}

/** Our users keep a name, a name with port, or a whole address in `OO_HOST`. */
function withScheme(url: string): string {
  const trimmed = url.trim();
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)
    ? trimmed
    : `https://${trimmed}`;
}

function understood<S extends z.ZodType>(
  answer: HttpAnswer,
  schema: S,
  url: string,
): z.infer<S> {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    // A page of something else that listens there.
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new NanteError(
    'failed',
    `What listens at ${shownAddress(url)} answered something that OpenObserve does not say.`,
    { hint: 'Check that OO_HOST is the address of OpenObserve itself.' },
  );
}

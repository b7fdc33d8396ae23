import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { NanteError } from '@nante/model';
import { request, type Agent, type Dispatcher } from 'undici';
import { shownAddress, unreachable } from '../http/failures';
import type { UploadSource } from './types';

/** One call whose body, or whose answer, is larger than memory should hold. */
interface StreamCall {
  agent: Agent;
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: UploadSource | Buffer;
  /** Milliseconds without a byte after which the call has failed. */
  silenceMs: number;
  /** As in "cannot …". */
  what: string;
  signal?: AbortSignal;
  /** Told how many bytes the body has given so far. */
  onProgress?: (sent: number) => void;
}

/** Any complete answer, whatever its status. */
export interface StreamAnswer {
  status: number;
  statusText: string;
  text: string;
  header(name: string): string | undefined;
}

/** What has arrived whole may be worked on so many times longer than a byte is waited for. */
const patience = 4;

/**
 * Sends a body while it is read. The call is bounded by silence alone, and never repeated.
 *
 * @throws NanteError `unreachable` that says how far it came, `cancelled`
 */
export function sendStream(call: StreamCall): Promise<StreamAnswer> {
  return underWatch(call, async (watched, answer) => ({
    status: answer.statusCode,
    statusText: answer.statusText,
    text: await text(watched(answer.body)),
    header: name => firstOf(answer.headers[name]),
  }));
}

/**
 * Reads what an address answers, piece by piece.
 *
 * @returns the answer where it is no 200; undefined where all of it was taken
 * @throws NanteError `unreachable`, `cancelled`, and what `take` throws
 */
export function readStream(
  call: Omit<StreamCall, 'method' | 'body'>,
  take: (piece: Buffer) => void,
): Promise<StreamAnswer | undefined> {
  return underWatch({ ...call, method: 'GET' }, async (watched, answer) => {
    const { statusCode, headers, statusText } = answer;
    const body = watched(answer.body);
    if (statusCode !== 200)
      return {
        ...{ status: statusCode, statusText, text: await text(body) },
        header: (name: string) => firstOf(headers[name]),
      };
    for await (const piece of body) take(piece);
    return undefined;
  });
}

type Answer = Dispatcher.ResponseData;
type Watched = (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

async function underWatch<T>(
  call: StreamCall,
  read: (watched: Watched, answer: Answer) => Promise<T>,
): Promise<T> {
  const { body, silenceMs } = call;
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), ms);
  };
  const size = body === undefined ? 0 : sizeOf(body);
  let sent = 0;
  const count = (length: number) => {
    sent += length;
    wait(sent < size ? silenceMs : silenceMs * patience);
    call.onProgress?.(sent);
  };
  async function* watched(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      wait(silenceMs);
      yield piece;
    }
  }
  const signal = AbortSignal.any([
    silence.signal,
    ...(call.signal ? [call.signal] : []),
  ]);
  const problem: { own?: unknown } = {};
  wait(silenceMs);
  try {
    signal.throwIfAborted();
    const answer = await request(call.url, {
      method: call.method,
      dispatcher: call.agent,
      headers:
        body === undefined
          ? call.headers
          : { ...call.headers, 'content-length': `${size}` },
      body: body && readable(body, count, problem),
      signal,
    });
    return await read(watched, answer);
  } catch (error) {
    if (problem.own !== undefined) throw problem.own;
    throw failureOf(call, error, { silence: silence.signal, sent, size });
  } finally {
    clearTimeout(timer);
  }
}

/** A body that is counted, and that has as many bytes as were announced. */
function readable(
  body: UploadSource | Buffer,
  count: (length: number) => void,
  problem: { own?: unknown },
): Readable {
  async function* pieces() {
    if (Buffer.isBuffer(body)) {
      yield body;
      count(body.length);
      return;
    }
    let read = 0;
    try {
      for await (const piece of body.open() as AsyncIterable<Buffer>) {
        read += piece.length;
        if (read > body.size) break;
        yield piece;
        count(piece.length);
      }
      if (read !== body.size) throw changed(body.size, read);
    } catch (error) {
      problem.own = error;
      throw error;
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}

function changed(size: number, read: number): NanteError {
  return new NanteError(
    'invalid-input',
    `The file changed while it was read: it had ${size} bytes, and ${read < size ? `only ${read}` : 'more'} were read.`,
    { hint: 'Publish it when whatever writes it is done.' },
  );
}

function sizeOf(body: UploadSource | Buffer): number {
  return Buffer.isBuffer(body) ? body.length : body.size;
}

function failureOf(
  { url, signal, silenceMs, what }: StreamCall,
  error: unknown,
  { silence, sent, size }: { silence: AbortSignal; sent: number; size: number },
): unknown {
  if (NanteError.is(error)) return error;
  const progress = size > 0 ? ` after ${sent} of ${size} bytes` : '';
  const details = { code: 'CUT', sent, size };
  if (signal?.aborted && (signal.reason as Error)?.name !== 'TimeoutError')
    return new NanteError(
      'cancelled',
      `The call to Nexus was cancelled${progress}.`,
      { cause: signal.reason },
    );
  if (silence.aborted || signal?.aborted)
    return new NanteError(
      'unreachable',
      `Nexus at ${shownAddress(url)} fell silent${progress}: it cannot ${what} when nothing happens for ${silenceMs / 1000} s.`,
      { hint: 'Check that Nexus is not overloaded, then repeat it.', details },
    );
  const failure = unreachable('Nexus', url, error);
  if (sent === 0) return failure;
  return new NanteError(
    'unreachable',
    `${failure.message.replace(/\.$/, '')}; it could not ${what}: it was cut${progress}.`,
    {
      hint: 'Repeat it; a proxy in front of Nexus may limit size or time of uploads.',
      details,
    },
  );
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestFault } from '../faults/faultPlan';
import type { NodeAnswer } from './adapter';

/**
 * Sends an answer, cut or dripping where a fault says so.
 *
 * @param socket - the TCP socket below TLS
 */
export async function sendAnswer(
  answer: NodeAnswer,
  outgoing: ServerResponse,
  faults: RequestFault[],
  socket: Socket,
): Promise<void> {
  const cut = faults.find(fault => fault.kind === 'cut');
  const drip = faults.find(fault => fault.kind === 'drip');
  const { body } = answer;
  const headers = { ...answer.headers };
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless && outgoing.req.method !== 'HEAD' && Buffer.isBuffer(body))
    headers['content-length'] = String(body.length);
  outgoing.writeHead(answer.status, answer.reason, headers);
  if (!cut && !drip) {
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else await pipeline(body, outgoing);
    return;
  }
  outgoing.flushHeaders();
  const pieces = firstBytes(body, cut?.bytes ?? Infinity);
  if (drip) await dripBody(pieces, outgoing, drip.bytesPerSecond);
  else
    for await (const piece of pieces)
      await new Promise(resolve => outgoing.write(piece, resolve));
  // A plain end, not a reset: what was sent still has to arrive.
  if (cut) socket.destroySoon();
  else outgoing.end();
}

async function* firstBytes(
  body: Buffer | Readable,
  bytes: number,
): AsyncGenerator<Buffer> {
  let left = bytes;
  const pieces = Buffer.isBuffer(body) ? [body] : body;
  for await (const piece of pieces) {
    if (left <= 0) return;
    yield (piece as Buffer).subarray(0, left);
    left -= (piece as Buffer).length;
  }
}

async function dripBody(
  pieces: AsyncIterable<Buffer>,
  outgoing: ServerResponse,
  bytesPerSecond: number,
) {
  const tickMs = Math.max(20, 1000 / bytesPerSecond);
  const step = Math.max(1, Math.round((bytesPerSecond * tickMs) / 1000));
  for await (const piece of pieces)
    for (let sent = 0; sent < piece.length; sent += step) {
      if (outgoing.destroyed) return;
      outgoing.write(piece.subarray(sent, sent + step));
      await sleep(tickMs);
    }
}

import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';
import { ConnectionCut } from '../../hosting/connectionCut';
import { NexusError } from './errors';

/** Milliseconds by which searches are behind what is stored. */
export const defaultLagMs = 1000;

const schemas = {
  /** The connection breaks after so many bytes of an upload; nothing of it is kept. */
  'upload-cut': z.strictObject({
    afterBytes: z.number().int().nonnegative().default(65_536),
    /** How many uploads it meets. */
    count: z.number().int().positive().default(1),
  }),
  /** Everything can be read and nothing written. */
  'readonly-mode': z.strictObject({}),
  /** Whatever is uploaded does not fit. */
  'disk-full': z.strictObject({}),
  'index-lag': z.strictObject({ ms: z.number().int().nonnegative() }),
  /** Continuation tokens that were given so far are not taken any more. */
  'tokens-expire': z.strictObject({}),
};

/** Faults that only this system knows. */
export class NexusFaults {
  #cuts = { afterBytes: 0, left: 0 };
  #isReadOnly = false;
  #isFull = false;
  /** Milliseconds. */
  indexLagMs = defaultLagMs;
  /** Grows whenever tokens expire. */
  tokenGeneration = 1;

  /** @throws NanteError `invalid-input` */
  set(kind: string, parameters: Record<string, unknown>): void {
    switch (kind) {
      case 'upload-cut': {
        const { afterBytes, count } = parseInput(schemas[kind], parameters);
        this.#cuts = { afterBytes, left: count };
        return;
      }
      case 'readonly-mode':
        parseInput(schemas[kind], parameters);
        this.#isReadOnly = true;
        return;
      case 'disk-full':
        parseInput(schemas[kind], parameters);
        this.#isFull = true;
        return;
      case 'index-lag':
        this.indexLagMs = parseInput(schemas[kind], parameters).ms;
        return;
      case 'tokens-expire':
        parseInput(schemas[kind], parameters);
        this.tokenGeneration += 1;
        return;
      default:
        throw new NanteError('invalid-input', `No fault is called "${kind}".`, {
          hint: `Nexus has ${Object.keys(schemas).join(', ')}, beside those of every system.`,
        });
    }
  }

  clear(): void {
    this.#cuts = { afterBytes: 0, left: 0 };
    this.#isReadOnly = false;
    this.#isFull = false;
    this.indexLagMs = defaultLagMs;
  }

  get isWritable(): boolean {
    return !this.#isReadOnly;
  }

  /** @throws NexusError 503 while nothing may be written */
  checkWritable(): void {
    if (this.#isReadOnly)
      throw new NexusError(
        503,
        'Nexus Repository Manager is in read-only mode',
      );
  }

  /** The body of an upload, as the faults let it pass. */
  async *pass(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const isCut = this.#cuts.left > 0;
    if (isCut) this.#cuts.left -= 1;
    const { afterBytes } = this.#cuts;
    let seen = 0;
    for await (const piece of content) {
      seen += piece.length;
      if (isCut && seen > afterBytes)
        throw new ConnectionCut('the upload was cut off');
      if (this.#isFull) throw new NexusError(500, 'No space left on device');
      yield piece;
    }
    // A body shorter than that is cut at its end: the answer is lost.
    if (isCut) throw new ConnectionCut('the upload was cut off');
  }
}

import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';

const parametersOf = {
  /** Every request with credentials gets 401, as after a changed password. */
  'refuse-credentials': z.strictObject({}),
  /** What arrives is taken and found only later. */
  'stuck-index': z.strictObject({ seconds: z.number().positive().max(3600) }),
  /** Nothing is taken; searches work. */
  'refuse-ingest': z.strictObject({
    status: z.number().int().min(400).max(599).default(503),
    message: z.string().default('ingestion is refused'),
  }),
};

/** Faults that only OpenObserve has. */
export class OpenobserveFaults {
  refusesCredentials = false;
  /** Answer to everything that is sent in. */
  refusesIngest: { status: number; message: string } | undefined;
  #stuckMs = 0;

  /** @throws NanteError `invalid-input` */
  set(kind: string, parameters: Record<string, unknown>): void {
    switch (kind) {
      case 'refuse-credentials':
        parseInput(parametersOf[kind], parameters);
        this.refusesCredentials = true;
        break;
      case 'stuck-index':
        this.#stuckMs =
          parseInput(parametersOf[kind], parameters).seconds * 1000;
        break;
      case 'refuse-ingest':
        this.refusesIngest = parseInput(parametersOf[kind], parameters);
        break;
      default:
        throw new NanteError('invalid-input', `No fault is called "${kind}".`, {
          hint: `OpenObserve has ${Object.keys(parametersOf).join(', ')}.`,
        });
    }
  }

  clear(): void {
    this.refusesCredentials = false;
    this.refusesIngest = undefined;
    this.#stuckMs = 0;
  }

  /** When what arrives now may be found, milliseconds since 1970; 0 means at once. */
  visibleAt(): number {
    return this.#stuckMs ? Date.now() + this.#stuckMs : 0;
  }
}

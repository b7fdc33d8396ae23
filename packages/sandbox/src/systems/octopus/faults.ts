import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';
import type { RateLimit } from './rateLimit';

/** What may come back empty although there is something. */
export type EmptyAnswer = 'machines' | 'projects' | 'dashboard';

const parametersOf = {
  /** Another limit than the 200 a minute; its burst is the same. */
  'rate-limit': z.strictObject({ perMinute: z.number().int().positive() }),
  /** An answer without items, as after a broken database. */
  empty: z.strictObject({
    what: z.enum(['machines', 'projects', 'dashboard']),
  }),
  /** Tasks that begin from now on never end by themselves. */
  'task-hangs': z.strictObject({}),
  /** A deployment freeze for all projects and these environments by name, from now on; all environments unless named. */
  freeze: z.strictObject({ environments: z.array(z.string()).optional() }),
};

/** Faults that only Octopus has. */
export class OctopusFaults {
  readonly #limit: RateLimit;
  readonly #empty = new Set<EmptyAnswer>();
  tasksHang = false;
  /** Environments by name that are frozen: all, some, or undefined for none. */
  frozen: 'all' | string[] | undefined;
  /** ISO time of the freeze. */
  frozenSince = '';

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** @throws NanteError `invalid-input` */
  set(kind: string, parameters: Record<string, unknown>): void {
    switch (kind) {
      case 'rate-limit':
        this.#limit.set(parseInput(parametersOf[kind], parameters).perMinute);
        break;
      case 'empty':
        this.#empty.add(parseInput(parametersOf[kind], parameters).what);
        break;
      case 'task-hangs':
        parseInput(parametersOf[kind], parameters);
        this.tasksHang = true;
        break;
      case 'freeze':
        this.frozen =
          parseInput(parametersOf[kind], parameters).environments ?? 'all';
        this.frozenSince = new Date().toISOString();
        break;
      default:
        throw new NanteError('invalid-input', `No fault is called "${kind}".`, {
          hint: `Octopus has ${Object.keys(parametersOf).join(', ')}.`,
        });
    }
  }

  clear(): void {
    this.#limit.reset();
    this.#empty.clear();
    this.tasksHang = false;
    this.frozen = undefined;
  }

  isEmpty(what: EmptyAnswer): boolean {
    return this.#empty.has(what);
  }
}

import { NanteError } from '@nante/model';
import { z } from 'zod';

const schema = z.discriminatedUnion('kind', [
  /** Machines that show a key are told that there is none. */
  z.strictObject({
    kind: z.literal('key-expired'),
    /** How many; no end when absent. */
    count: z.number().int().positive().optional(),
  }),
  /** Nobody may give these tags, neither to a key nor to a machine. */
  z.strictObject({
    kind: z.literal('refuse-tags'),
    /** All unless named. */
    tags: z.array(z.string()).optional(),
  }),
  /** Machines that join wait for an admin's approval, whatever their key says. */
  z.strictObject({ kind: z.literal('needs-approval') }),
  /** Access tokens that were given so far are worth nothing any more. */
  z.strictObject({ kind: z.literal('tokens-expire') }),
]);

export type TailscaleFault = z.output<typeof schema>;

/** What is set of the faults that only this system knows. */
export class TailscaleFaults {
  readonly #set: TailscaleFault[] = [];
  #expiredKeys = 0;

  /** @throws NanteError `invalid-input` for an unknown fault or parameter */
  add(kind: string, parameters: Record<string, unknown>): TailscaleFault {
    const fault = schema.safeParse({ kind, ...parameters });
    if (!fault.success)
      throw new NanteError(
        'invalid-input',
        `The fault "${kind}" cannot be set: ${z.prettifyError(fault.error)}`,
        {
          hint: `There are ${schema.options.map(option => option.shape.kind.value).join(', ')}.`,
        },
      );
    this.#set.push(fault.data);
    return fault.data;
  }

  clear(): void {
    this.#set.length = 0;
    this.#expiredKeys = 0;
  }

  /** True when this use of a key meets the fault; counts it. */
  keyHasExpired(): boolean {
    const fault = this.#set.find(({ kind }) => kind === 'key-expired');
    if (fault?.kind !== 'key-expired') return false;
    if (fault.count !== undefined && this.#expiredKeys >= fault.count)
      return false;
    this.#expiredKeys += 1;
    return true;
  }

  /** Whether a fault takes this tag from everybody. */
  readonly forbidsTag = (tag: string): boolean =>
    this.#set.some(
      fault =>
        fault.kind === 'refuse-tags' && (fault.tags?.includes(tag) ?? true),
    );

  get needsApproval(): boolean {
    return this.#set.some(({ kind }) => kind === 'needs-approval');
  }
}

import { NanteError } from '@nante/model';
import { z } from 'zod';

const times = z.number().int().positive().optional();
const vmid = z.number().int().min(100).optional();

/** Faults that only Proxmox knows, with their parameters. */
const schemas = {
  /** Somebody keeps the lock of a guest. */
  'lock-held': z.strictObject({ vmid: z.number().int().min(100) }),
  /** A task does its work and then fails; once unless `times` says more. */
  'half-done': z.strictObject({ type: z.string().optional(), times }),
  /** A task fails before it does anything; once unless `times` says more. */
  'task-failure': z.strictObject({
    type: z.string().optional(),
    message: z.string().optional(),
    times,
  }),
  /** No space is left. */
  'storage-full': z.strictObject({ storage: z.string().optional() }),
  /** A VM template, or the container templates, cannot be found. */
  'template-gone': z.strictObject({ vmid, file: z.string().optional() }),
  /** Lists are empty and the status is 200. */
  empty: z.strictObject({}),
  'node-offline': z.strictObject({ node: z.string() }),
  /** The agent of one guest, or of all, does not answer. */
  'agent-silent': z.strictObject({ vmid }),
  /** A guest (or every guest) that is switched on from now on never gets as far as agent, network and sshd. */
  'never-boots': z.strictObject({ vmid }),
  /** In a VM (or every VM) that is switched on from now on nothing answers for an agent; one can log in to it. */
  'no-agent': z.strictObject({ vmid }),
  /** A running guest (or every one) stands still now and answers nothing, until this is taken back or its power is cut. */
  freezes: z.strictObject({ vmid }),
  /** The cloud-init of a VM (or every VM) that is switched on from now on leaves one thing undone. */
  'cloud-init-ignores': z.strictObject({
    vmid,
    what: z.enum(['user', 'key', 'hostname', 'address', 'disk']),
  }),
  /** Nobody has a certain privilege. */
  'missing-privilege': z.strictObject({ privilege: z.string() }),
  /** A guest shows up whose name no catalog takes. */
  'bad-name': z.strictObject({ vmid, name: z.string().optional() }),
};

type Kind = keyof typeof schemas;
type Parameters<K extends Kind> = z.infer<(typeof schemas)[K]>;
interface Fault {
  kind: Kind;
  parameters: Record<string, unknown>;
  left: number;
}

/** The faults that are set now. */
export class FaultBoard {
  #faults: Fault[] = [];

  /** @throws NanteError `invalid-input` for an unknown kind or wrong parameters */
  set(kind: string, parameters: Record<string, unknown>): void {
    if (!Object.hasOwn(schemas, kind))
      throw new NanteError('invalid-input', `Proxmox has no fault "${kind}".`, {
        hint: `Use one of: ${Object.keys(schemas).join(', ')}.`,
      });
    const result = schemas[kind as Kind].safeParse(parameters);
    if (!result.success)
      throw new NanteError(
        'invalid-input',
        `The fault "${kind}" has wrong parameters: ${z.prettifyError(result.error)}`,
        { hint: 'Correct the parameters and set the fault again.' },
      );
    const once = kind === 'half-done' || kind === 'task-failure';
    const count = Number(parameters.times ?? (once ? 1 : Infinity));
    this.#faults.push({ kind: kind as Kind, parameters, left: count });
  }

  clear(): void {
    this.#faults = [];
  }

  /** What is set, for the control's summary. */
  list(): { kind: string; parameters: Record<string, unknown> }[] {
    return this.#faults.map(({ kind, parameters }) => ({ kind, parameters }));
  }

  /** True while a fault of this kind is set and its parameters match. */
  active<K extends Kind>(
    kind: K,
    matches: (parameters: Parameters<K>) => boolean = () => true,
  ): boolean {
    return this.first(kind, matches) !== undefined;
  }

  /** Parameters of all matching faults. */
  all<K extends Kind>(
    kind: K,
    matches: (parameters: Parameters<K>) => boolean,
  ): Parameters<K>[] {
    return this.#faults
      .filter(fault => fault.kind === kind)
      .map(({ parameters }) => parameters as Parameters<K>)
      .filter(matches);
  }

  /** Parameters of the first matching fault. */
  first<K extends Kind>(
    kind: K,
    matches: (parameters: Parameters<K>) => boolean = () => true,
  ): Parameters<K> | undefined {
    return this.#faults.find(
      fault =>
        fault.kind === kind && matches(fault.parameters as Parameters<K>),
    )?.parameters as Parameters<K> | undefined;
  }

  /** Like `first`, and counts the use: a fault for one time is gone afterwards. */
  use<K extends Kind>(
    kind: K,
    matches: (parameters: Parameters<K>) => boolean,
  ): Parameters<K> | undefined {
    const fault = this.#faults.find(
      item => item.kind === kind && matches(item.parameters as Parameters<K>),
    );
    if (!fault) return undefined;
    fault.left -= 1;
    if (fault.left <= 0)
      this.#faults = this.#faults.filter(item => item !== fault);
    return fault.parameters as Parameters<K>;
  }
}

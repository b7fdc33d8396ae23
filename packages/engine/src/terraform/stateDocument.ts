import type { CallOptions, ObjectStore } from '@nante/clients';
import { NanteError, type LedgerEntry } from '@nante/model';
import { z } from 'zod';
import { stateKey } from '../store/keys';

/** A state file as far as we read it; Terraform's version 4. */
const stateSchema = z.looseObject({
  version: z.literal(4),
  serial: z.number(),
  lineage: z.string(),
  resources: z
    .array(
      z.looseObject({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z.array(
          z.looseObject({
            status: z.string().optional(),
            attributes: z.looseObject({}).nullish(),
          }),
        ),
      }),
    )
    .default([]),
});
export type StateDocument = z.infer<typeof stateSchema>;

/** A guest as the state knows it. */
export interface StateGuest {
  /** Address of the resource. */
  address: string;
  vmId: number | undefined;
  /** Its creation never ended. */
  isTainted: boolean;
}

/**
 * Reads a state.
 *
 * @throws NanteError `failed` when it is none that we can read, for example an encrypted one
 */
export function parseState(text: string, name: string): StateDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const result = stateSchema.safeParse(value);
  if (result.success) return result.data;
  throw new NanteError(
    'failed',
    `${name} is no Terraform state that we can read.`,
    {
      hint: 'Look at it with: terraform state list',
    },
  );
}

/** The state of a workspace as it lies in the bucket, without asking Terraform; undefined when there is none. */
export async function readState(
  store: ObjectStore,
  workspace: string,
  options?: CallOptions,
): Promise<StateDocument | undefined> {
  const key = stateKey(workspace);
  const found = await store.get(key, options);
  return found && parseState(found.body, key);
}

/** Guests of one module in a state. */
export function guestsInState(
  state: StateDocument | undefined,
  module: string,
): StateGuest[] {
  const own = (state?.resources ?? []).filter(
    resource => resource.module === module && resource.mode === 'managed',
  );
  return own.flatMap(({ type, name, instances }) =>
    instances.map(({ status, attributes }) => ({
      address: `${module}.${type}.${name}`,
      vmId: Number(attributes?.vm_id ?? attributes?.id) || undefined,
      isTainted: status === 'tainted',
    })),
  );
}

/**
 * True for a guest whose creation never ended: the state holds it as tainted under the ledger's id, and nobody ever got
 * it. Such a guest may lack its stamp, since that is written after the copy; it is ours all the same.
 */
export function isUnfinished(
  entry: LedgerEntry | undefined,
  guests: readonly StateGuest[],
): boolean {
  return (
    (entry?.state === 'intended' || entry?.state === 'left behind') &&
    guests.some(
      ({ isTainted, vmId }) => isTainted && String(vmId) === entry.outsideId,
    )
  );
}

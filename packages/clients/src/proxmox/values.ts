import { z } from 'zod';

/** Proxmox answers the same number as a number here and as a string there. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);

/** 0/1, "0"/"1" or a JSON boolean. */
export const flag = z
  .union([z.boolean(), z.number(), z.string()])
  .transform(value => value === true || value === 1 || value === '1');

/** Text, also where Proxmox turned a name of digits into a number. */
export const text = z.union([z.string(), z.number().transform(String)]);

/** A field whose absence or oddness must not spoil the row it stands in. */
export function lenient<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

/** `a;b`, `a,b` or `a b` as a sorted list without repetitions: Proxmox keeps no order. */
export function sortedList(value: string | undefined): string[] {
  return [...new Set((value ?? '').split(/[;,\s]+/).filter(Boolean))].sort();
}

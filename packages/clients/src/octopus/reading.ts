import { z } from 'zod';

/** Parts of answers: real ones carry null for what is absent, and fields that we do not know are not looked at. */
export const text = z
  .string()
  .nullish()
  .transform(value => value ?? '');
export const optionalText = z
  .string()
  .nullish()
  .transform(value => value || undefined);
export const flag = z
  .boolean()
  .nullish()
  .transform(value => value ?? false);
export const texts = z
  .array(z.string())
  .nullish()
  .transform(value => value ?? []);
export const count = z
  .number()
  .nullish()
  .transform(value => value ?? 0);

/** ISO time in UTC, whatever its zone was; absent where there is none. */
export const optionalTime = z
  .string()
  .nullish()
  .transform(value => {
    const at = Date.parse(value ?? '');
    return Number.isNaN(at) ? undefined : new Date(at).toISOString();
  });
export const time = optionalTime.transform(value => value ?? '');

/** A list that may be null. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value): z.output<Item>[] => value ?? []);
}

/** A page of a collection. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z
    .object({ Items: z.array(item), TotalResults: z.number().nullish() })
    .transform(page => ({
      items: page.Items,
      total: page.TotalResults ?? page.Items.length,
    }));
}

/** Leaves out what is undefined, so that optional fields are absent rather than there without a value. */
export function present<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as T;
}

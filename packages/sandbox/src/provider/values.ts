import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';

/** A value that Terraform learns at apply time. */
export class Unknown {
  toString() {
    return '(known after apply)';
  }
}
export const unknown = new Unknown();

/** A Terraform value in plain JavaScript; objects have every attribute of their type, null where unset. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Value[]
  | { [name: string]: Value };
export type ObjectValue = { [name: string]: Value };

const codec = new ExtensionCodec();
// 0 is "unknown"; 12 is "unknown, but something is known about it", which Terraform may send and nobody has to answer.
for (const type of [0, 12]) {
  codec.register({
    type,
    encode: value =>
      type === 0 && value instanceof Unknown ? new Uint8Array([0]) : null,
    decode: () => unknown,
  });
}

/** Reads a value as it comes over the plugin protocol; null for "there is none". */
export function fromWire(
  value: { msgpack?: Uint8Array } | null | undefined,
): ObjectValue | null {
  if (!value?.msgpack?.length) return null;
  return decode(value.msgpack, { extensionCodec: codec }) as ObjectValue | null;
}

/** Writes a value for the plugin protocol. */
export function toWire(value: Value): { msgpack: Buffer } {
  return { msgpack: Buffer.from(encode(value, { extensionCodec: codec })) };
}

/** The elements of a list of blocks or objects; none for null and unknown. */
export function blocks(value: Value | undefined): ObjectValue[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is ObjectValue =>
      item !== null &&
      typeof item === 'object' &&
      !Array.isArray(item) &&
      !(item instanceof Unknown),
  );
}

/** The single element of a block that may stand once. */
export function block(value: Value | undefined): ObjectValue | undefined {
  return blocks(value)[0];
}

/** A text; the empty one for null and unknown, as the provider's SDK has it. */
export function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A number; 0 for null and unknown, as the provider's SDK has it. */
export function number(value: Value | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Texts of a list; null elements are left out. */
export function texts(value: Value | undefined): string[] {
  return Array.isArray(value)
    ? value.filter(item => typeof item === 'string')
    : [];
}

/** True when both are the same value, whatever the order of their keys. */
export function same(
  left: Value | undefined,
  right: Value | undefined,
): boolean {
  if (left instanceof Unknown || right instanceof Unknown)
    return left === right;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((item, index) => same(item, right[index]))
    );
  }
  if (left && right && typeof left === 'object' && typeof right === 'object') {
    const a = left as ObjectValue;
    const b = right as ObjectValue;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key =>
      same(a[key], b[key]),
    );
  }
  return (left ?? null) === (right ?? null);
}

/** A copy in which nothing is unknown any more: what could not be found out is null. */
export function known(value: Value): Value {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map(known);
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, known(item)]),
    );
  }
  return value;
}

/* The wire format is made of bits. */
/* eslint-disable no-bitwise */

/** One field of a message as it stands on the wire. */
export interface ProtobufField {
  number: number;
  /** Whole numbers; undefined for the other wire types. */
  varint?: bigint;
  /** Eight bytes of a `double` or `fixed64`. */
  fixed64?: DataView;
  /** Text, bytes or a message. */
  bytes?: Uint8Array;
}

/**
 * The fields of a message in the order of the wire. Enough for messages whose schema is known to the caller.
 *
 * @throws RangeError when the message is cut or has groups, which nobody sends any more
 */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= message.length) throw new RangeError('buffer underflow');
      const byte = message[at];
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('invalid varint');
  };
  const take = (length: number) => {
    if (at + length > message.length) throw new RangeError('buffer underflow');
    const bytes = message.subarray(at, at + length);
    at += length;
    return bytes;
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    switch (key & 7) {
      case 0:
        yield { number, varint: BigInt.asIntN(64, varint()) };
        break;
      case 1: {
        const { buffer, byteOffset } = take(8);
        yield { number, fixed64: new DataView(buffer, byteOffset, 8) };
        break;
      }
      case 2:
        yield { number, bytes: take(Number(varint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new RangeError(`invalid wire type: ${key & 7}`);
    }
  }
}

const utf8 = new TextDecoder();

/** Text of a field. */
export function textOf(field: ProtobufField): string {
  return utf8.decode(field.bytes);
}

/** The two texts of a label: name in field 1, value in field 2, in remote write and in Loki alike. */
export function readLabel(message: Uint8Array): [string, string] {
  let name = '';
  let value = '';
  for (const field of readFields(message)) {
    if (field.number === 1) name = textOf(field);
    if (field.number === 2) value = textOf(field);
  }
  return [name, value];
}

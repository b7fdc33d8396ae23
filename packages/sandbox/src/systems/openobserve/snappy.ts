/* Snappy's block format is made of bits. */
/* eslint-disable no-bitwise */

/** Largest block that is unpacked; a length that a broken body claims must not take the memory. */
const largest = 64 * 1024 * 1024;

/**
 * Unpacks a block in Snappy's raw format (no framing), as remote write and Loki clients send it.
 *
 * @throws RangeError when the block is cut, too large, or points outside of itself
 */
export function snappyDecode(block: Uint8Array): Uint8Array {
  let at = 0;
  const byte = () => {
    if (at >= block.length) throw corrupt();
    at += 1;
    return block[at - 1];
  };
  const littleEndian = (bytes: number) => {
    let value = 0;
    for (let index = 0; index < bytes; index += 1)
      value += byte() * 2 ** (8 * index);
    return value;
  };

  const output = new Uint8Array(uncompressedLength(byte));
  let written = 0;
  while (at < block.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = 1 + (short < 60 ? short : littleEndian(short - 59));
      if (at + length > block.length || written + length > output.length)
        throw corrupt();
      output.set(block.subarray(at, at + length), written);
      at += length;
      written += length;
    } else {
      const { length, offset } =
        kind === 1
          ? { length: 4 + ((tag >> 2) & 7), offset: (tag >> 5) * 256 + byte() }
          : {
              length: 1 + (tag >> 2),
              offset: littleEndian(kind === 2 ? 2 : 4),
            };
      if (offset === 0 || offset > written || written + length > output.length)
        throw corrupt();
      // Byte by byte: a copy may read what it just wrote, which is how runs are packed.
      for (let index = 0; index < length; index += 1)
        output[written + index] = output[written + index - offset];
      written += length;
    }
  }
  if (written !== output.length) throw corrupt();
  return output;
}

function uncompressedLength(byte: () => number): number {
  let length = 0;
  for (let shift = 0; shift < 5; shift += 1) {
    const value = byte();
    length += (value & 0x7f) * 2 ** (7 * shift);
    if (value < 0x80) {
      if (length > largest) throw corrupt();
      return length;
    }
  }
  throw corrupt();
}

function corrupt(): RangeError {
  return new RangeError('corrupt input');
}

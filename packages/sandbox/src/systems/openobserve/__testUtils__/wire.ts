/* Wire formats are made of bits. */
/* eslint-disable no-bitwise */

/** A sample on its way into a remote write request. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** A remote write request, packed. */
export function remoteWrite(samples: Sample[]): Buffer {
  return snappyLiteral(
    Buffer.concat(
      samples.map(({ labels, value, at }) => {
        const pairs = Object.entries(labels).map(([name, text]) =>
          message(
            1,
            Buffer.concat([
              message(1, Buffer.from(name)),
              message(2, Buffer.from(text)),
            ]),
          ),
        );
        const double = Buffer.alloc(8);
        double.writeDoubleLE(value);
        const sample = Buffer.concat([
          Buffer.from([9]),
          double,
          Buffer.from([16]),
          varint(at),
        ]);
        return message(1, Buffer.concat([...pairs, message(2, sample)]));
      }),
    ),
  );
}

/** A block in Snappy's format that packs nothing. */
export function snappyLiteral(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  // 63: the length follows in four bytes.
  head[0] = 63 << 2;
  head.writeUInt32LE(bytes.length - 1, 1);
  return Buffer.concat([varint(bytes.length), head, bytes]);
}

function message(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

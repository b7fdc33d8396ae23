import { NanteError } from '@nante/model';

/** One entry of a tar archive; everything in it belongs to root. */
export interface TarEntry {
  /** Path below the root, without a slash at its beginning or end. */
  path: string;
  type: 'file' | 'folder' | 'link';
  mode: number;
  /** Of a file. */
  content?: Buffer;
  /** Where a link leads. */
  target?: string;
}

const block = 512;
const typeFlags = { file: '0', link: '2', folder: '5' };

const padding = (size: number, to: number) =>
  Buffer.alloc((to - (size % to)) % to);

/**
 * A tar archive in the form `ustar`, the same bytes for the same entries.
 *
 * @param seconds - time stamp of all entries, seconds since 1970
 * @param root - what paths begin with: Debian's tools want `./`, others nothing
 * @throws NanteError `invalid-input` for a path longer than the form can hold
 */
export function tar(entries: TarEntry[], seconds: number, root = './'): Buffer {
  return Buffer.concat([
    ...entries.flatMap(entry => {
      const content = entry.content ?? Buffer.alloc(0);
      return [
        tarHeader(entry, content.length, seconds, root),
        content,
        padding(content.length, block),
      ];
    }),
    Buffer.alloc(2 * block),
  ]);
}

function tarHeader(
  entry: TarEntry,
  size: number,
  seconds: number,
  root: string,
): Buffer {
  const header = Buffer.alloc(block);
  const name = `${root}${entry.path}${entry.type === 'folder' ? '/' : ''}`;
  if (Buffer.byteLength(name) > 100)
    throw new NanteError('invalid-input', `${name} is too long for a package.`);
  const octal = (value: number, digits: number) =>
    `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(entry.mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(seconds, 11), 136);
  // Counted as blanks while the sum is made.
  header.write(' '.repeat(8), 148);
  header.write(typeFlags[entry.type], 156);
  header.write(entry.target ?? '', 157);
  header.write('ustar\x0000', 257);
  header.write('root', 265);
  header.write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
}

/** An archive in the form `ar`, as Debian's packages are. */
export function ar(
  members: { name: string; content: Buffer }[],
  seconds: number,
): Buffer {
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    ...members.flatMap(({ name, content }) => [
      Buffer.from(
        [
          name.padEnd(16),
          String(seconds).padEnd(12),
          '0'.padEnd(6),
          '0'.padEnd(6),
          '100644'.padEnd(8),
          String(content.length).padEnd(10),
          '`\n',
        ].join(''),
      ),
      content,
      Buffer.from(content.length % 2 === 1 ? '\n' : ''),
    ]),
  ]);
}

import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { NanteError } from '@nante/model';
import { extract, type Header } from 'tar-stream';

/** One file in an archive, and where its content lies. */
export interface TarEntry {
  name: string;
  size: number;
  /** Bytes before its content. */
  offset: number;
}

/** An archive that is read without being unpacked. */
export interface TarFile {
  /** By name, without `./`; links lead to what they stand for. */
  entry(name: string): TarEntry | undefined;
  /** A small file whole. */
  read(entry: TarEntry, limit: number): Promise<Buffer>;
  /** The content of a file, piece by piece. */
  stream(entry: TarEntry): Readable;
}

const block = 512;
/** A header with its extensions is shorter than this. */
const longestHeader = 1024 * 1024;
const links: readonly Header['type'][] = ['link', 'symlink'];

/**
 * Reads the table of an archive, by its headers alone: however large the files in it are, only their headers are read.
 *
 * @throws NanteError `invalid-input` for a file that is no tar archive
 */
export async function openTarFile(file: string): Promise<TarFile> {
  const entries = new Map<string, TarEntry>();
  const linked = new Map<string, string>();
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    let at = 0;
    while (at + block <= size) {
      const found = await headerAt(handle, at, file);
      if (!found) break;
      const { header, length } = found;
      const name = plainName(header.name);
      const offset = at + length;
      if (header.type && links.includes(header.type) && header.linkname) {
        const from = header.type === 'symlink' ? posix.dirname(name) : '';
        linked.set(name, plainName(posix.join(from, header.linkname)));
      } else if (header.type === 'file' || header.type === 'contiguous-file') {
        const own = header.size ?? 0;
        if (offset + own > size)
          throw damaged(file, `it ends in the middle of ${name}`);
        entries.set(name, { name, size: own, offset });
      }
      at = offset + Math.ceil((header.size ?? 0) / block) * block;
    }
  } finally {
    await handle.close();
  }
  if (entries.size === 0) throw damaged(file, 'there is no file in it');
  return {
    entry: name => entries.get(linked.get(name) ?? name),
    stream: entry => streamOf(file, entry),
    async read(entry, limit) {
      if (entry.size > limit)
        throw damaged(
          file,
          `${entry.name} has ${entry.size} bytes, more than ${limit}`,
        );
      return Buffer.concat(await streamOf(file, entry).toArray());
    },
  };
}

function streamOf(file: string, { offset, size }: TarEntry): Readable {
  if (size === 0) return Readable.from([]);
  return createReadStream(file, { start: offset, end: offset + size - 1 });
}

/** The header that begins at a place, with its extensions; undefined at the end of the archive. */
async function headerAt(
  handle: FileHandle,
  at: number,
  file: string,
): Promise<{ header: Header; length: number } | undefined> {
  const parser = extract();
  let found: { header: Header; length: number } | undefined;
  let problem: Error | undefined;
  parser.on('entry', (header: Header & { byteOffset?: number }) => {
    found ??= { header, length: header.byteOffset ?? block };
  });
  parser.on('error', error => {
    problem = error;
  });
  const piece = Buffer.alloc(8 * block);
  let read = 0;
  while (!found && !problem && read < longestHeader) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, at + read);
    if (bytesRead === 0) break;
    const bytes = Buffer.from(piece.subarray(0, bytesRead));
    if (read === 0 && bytes.subarray(0, block).every(byte => byte === 0)) break;
    read += bytesRead;
    // Its callback waits until somebody has read the content, which nobody will.
    parser.write(bytes);
    await new Promise(setImmediate);
  }
  parser.destroy();
  if (problem) throw damaged(file, problem.message);
  return found;
}

function plainName(name: string): string {
  return posix.normalize(name).replace(/^(?:\.?\/)+/, '');
}

function damaged(file: string, why: string): NanteError {
  return new NanteError(
    'invalid-input',
    `${file} is no archive (tar) that can be used: ${why}.`,
    {
      hint: 'Make it by: docker save IMAGE -o FILE, or skopeo copy … oci-archive:FILE; it must not be compressed.',
    },
  );
}

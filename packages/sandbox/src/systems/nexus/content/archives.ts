import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** Largest file that is read out of an archive: a description of a package is small. */
const largest = 1024 * 1024;

/**
 * Reads the first file of a `.tgz` whose path matches.
 *
 * @returns its text; undefined where there is none, or the archive is none
 */
export async function readFromArchive(
  file: string,
  wanted: RegExp,
): Promise<string | undefined> {
  const reader = extract();
  const whole = pipeline(createReadStream(file), createGunzip(), reader);
  // Where we stop early it ends with an error that says so.
  whole.catch(() => {});
  try {
    for await (const entry of reader) {
      if (!wanted.test(entry.header.name)) {
        entry.resume();
        continue;
      }
      if ((entry.header.size ?? 0) > largest) return undefined;
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString();
    }
  } catch {
    return undefined;
  } finally {
    reader.destroy();
  }
  return undefined;
}

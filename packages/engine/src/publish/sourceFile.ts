import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { UploadSource } from '@nante/clients';
import { NanteError } from '@nante/model';
import { throwIfCancelled } from '../cancel';

/** A file that is going to be published, as it was when it was looked at. */
export interface SourceFile {
  path: string;
  size: number;
  sha256: string;
  /** Nexus tells this one of a file that its index does not know yet. */
  sha1: string;
}

const pieceSize = 256 * 1024;

/**
 * Looks at a file that a person named.
 *
 * @throws NanteError `invalid-input` for anything but a plain file with something in it; a link is not followed
 */
export async function fileSize(path: string): Promise<number> {
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new NanteError(
      'invalid-input',
      `The file ${path} cannot be read (${code}).`,
      { hint: 'Name a file on the machine that publishes.', cause },
    );
  }
  if (!found.isFile())
    throw new NanteError(
      'invalid-input',
      `${path} is no plain file${found.isSymbolicLink() ? ', but a link, which is not followed' : ''}.`,
      { hint: 'Name the file itself.' },
    );
  if (found.size === 0)
    throw new NanteError('invalid-input', `The file ${path} is empty.`, {
      hint: 'Look whether its build went well.',
    });
  return found.size;
}

/** Reads a file once, for its checksums. */
export async function readSourceFile(
  path: string,
  signal: AbortSignal,
): Promise<SourceFile> {
  const size = await fileSize(path);
  const [sha256, sha1] = [createHash('sha256'), createHash('sha1')];
  for await (const piece of readPlainly(path)) {
    throwIfCancelled(signal);
    sha256.update(piece);
    sha1.update(piece);
  }
  return { path, size, sha256: sha256.digest('hex'), sha1: sha1.digest('hex') };
}

/**
 * The content of a file, for an upload. Its last piece is only handed over when all of it is what was looked at: an upload
 * of something else is cut, so that nothing comes of it.
 */
export function uploadSource({ path, size, sha256 }: SourceFile): UploadSource {
  async function* pieces() {
    const hash = createHash('sha256');
    let held: Buffer | undefined;
    for await (const piece of readPlainly(path)) {
      if (held) yield held;
      hash.update(piece);
      held = piece;
    }
    if (hash.digest('hex') !== sha256)
      throw new NanteError(
        'invalid-input',
        `The file ${path} changed while it was published.`,
        { hint: 'Publish it when whatever writes it is done.' },
      );
    if (held) yield held;
  }
  return {
    size,
    open: () => Readable.from(pieces(), { objectMode: false }),
  };
}

/** Reads a file; what became a link meanwhile is not followed. */
export function readPlainly(path: string): AsyncIterable<Buffer> & Readable {
  return createReadStream(path, {
    // Node takes numbers here as well, which its types do not know.
    flags: (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string,
    highWaterMark: pieceSize,
  });
}

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { NanteError } from '@nante/model';

/** A layer, or a configuration. */
export interface ImageBlob {
  /** `sha256:…`. */
  digest: string;
  size: number;
  open(): Readable;
}

/** A manifest or an index, byte for byte as it is pushed. */
export interface ImageManifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/** An image in a file, one for several platforms too. */
export interface ImageArchive {
  /** What the tag will stand for. */
  digest: string;
  /** Those that others refer to come first; the last is the image itself. */
  manifests: ImageManifest[];
  blobs: ImageBlob[];
}

/** Largest manifest that registries have to take. */
export const largestManifest = 4 * 1024 * 1024;

/** `sha256:…` of some bytes. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * JSON in an archive.
 *
 * @throws NanteError `invalid-input`
 */
export function jsonOf(bytes: Buffer, name: string, file: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw notAnImage(file, `${name} is no JSON`);
  }
}

export function notAnImage(file: string, why: string): NanteError {
  return new NanteError(
    'invalid-input',
    `${file} is no image archive that can be used: ${why}.`,
    {
      hint: 'Make it by: docker save IMAGE -o FILE, or skopeo copy … oci-archive:FILE.',
    },
  );
}

/** Several images are in the archive, and none of them is the one that is meant. */
export function ambiguous(
  file: string,
  { image, tag }: { image: string; tag: string },
  names: readonly string[],
): NanteError {
  const list = names.slice(0, 10).join(', ') || 'none has a name';
  return new NanteError(
    'invalid-input',
    `${file} has several images, and which one is ${image}:${tag} it does not say: ${list}.`,
    { hint: 'Save one image alone, or one of that name and tag.' },
  );
}

import { createHash, randomUUID, type Hash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  type ReadStream,
} from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const algorithms = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** Name of a checksum, as answers and side files have it. */
export type ChecksumName = (typeof algorithms)[number];

/** Checksums of one content, in hexadecimal. */
export type Checksums = Record<ChecksumName, string>;

/** The names of all checksums. */
export const checksumNames: readonly ChecksumName[] = algorithms;

/** A content that has arrived whole and belongs to nobody yet: it is kept, or discarded. */
export interface Received {
  file: string;
  size: number;
  checksums: Checksums;
  /** Its first bytes, by which its kind is known. */
  head: Buffer;
}

/** A content while it arrives. */
export class BlobWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #hashes: [ChecksumName, Hash][] = algorithms.map(name => [
    name,
    createHash(name),
  ]);
  #size = 0;
  #head = Buffer.alloc(0);

  constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /** Bytes that have arrived. */
  get size(): number {
    return this.#size;
  }

  async append(content: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of content) {
      for (const [, hash] of this.#hashes) hash.update(piece);
      if (this.#head.length < 512)
        this.#head = Buffer.concat([this.#head, piece.subarray(0, 512)]);
      this.#size += piece.length;
      await this.#handle.writeFile(piece);
    }
  }

  async finish(): Promise<Received> {
    await this.#handle.close();
    const sums = this.#hashes.map(([name, hash]) => [name, hash.digest('hex')]);
    return {
      file: this.#file,
      size: this.#size,
      checksums: Object.fromEntries(sums) as Checksums,
      head: this.#head,
    };
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#file, { force: true });
  }
}

/** Contents by their SHA-256, each once, as files in a folder; nothing is ever held whole in memory. */
export class BlobStore {
  readonly #folder: string;
  readonly #incoming: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, 'incoming');
    // What a crash cut off.
    rmSync(this.#incoming, { recursive: true, force: true });
    mkdirSync(this.#incoming, { recursive: true, mode: 0o700 });
  }

  /** Begins a content that may arrive in several pieces. */
  async begin(): Promise<BlobWriter> {
    const file = join(this.#incoming, randomUUID());
    return new BlobWriter(file, await open(file, 'wx', 0o600));
  }

  /** Takes a content to its end. What fails half-way leaves nothing behind. */
  async receive(content: AsyncIterable<Uint8Array>): Promise<Received> {
    const writer = await this.begin();
    try {
      await writer.append(content);
      return await writer.finish();
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /** Moves a content to where it stays; at once, so that nobody takes it away before its asset is written down. */
  keep({ file, checksums }: Received): void {
    const target = this.path(checksums.sha256);
    if (existsSync(target)) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    renameSync(file, target);
  }

  async discard({ file }: Received): Promise<void> {
    await rm(file, { force: true });
  }

  /**
   * Opens a content.
   *
   * @param range - first and last byte, both included
   */
  open(sha256: string, range?: { from: number; to: number }): ReadStream {
    return createReadStream(this.path(sha256), {
      start: range?.from,
      end: range?.to,
    });
  }

  /** Where a content lies on disk. */
  path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  remove(sha256: string): void {
    rmSync(this.path(sha256), { force: true });
  }

  /** Takes all contents away. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#incoming, { recursive: true, mode: 0o700 });
  }
}

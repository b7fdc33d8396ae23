import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../storage/atomicFile';

/** What is known of an object without reading it. */
export interface ObjectInfo {
  key: string;
  /** MD5 of the content in hexadecimal, without quotes. */
  etag: string;
  size: number;
  modifiedAt: Date;
  /** Headers given at the write that come back at each read. */
  headers: Record<string, string>;
}

const suffix = '.object';
/** File systems allow 255 bytes; some are left for the suffix and the temporary name. */
const longestName = 180;

/**
 * Buckets are folders, objects are files in them: a line of JSON with what is known, then the content, so that one
 * rename replaces both. All writes are synchronous, which makes the check of a condition and the write one step.
 */
export class ObjectStore {
  readonly #folder: string;
  readonly #buckets = new Map<string, Map<string, ObjectInfo>>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#load();
  }

  buckets(): { name: string; createdAt: Date }[] {
    return [...this.#buckets.keys()].sort().map(name => ({
      name,
      createdAt: statSync(join(this.#folder, name)).birthtime,
    }));
  }

  hasBucket(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  createBucket(bucket: string): void {
    mkdirSync(join(this.#folder, bucket), { recursive: true, mode: 0o700 });
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  deleteBucket(bucket: string): void {
    rmSync(join(this.#folder, bucket), { recursive: true, force: true });
    this.#buckets.delete(bucket);
  }

  find(bucket: string, key: string): ObjectInfo | undefined {
    return this.#buckets.get(bucket)?.get(key);
  }

  read(bucket: string, key: string): Buffer {
    const file = readFileSync(this.#path(bucket, key));
    return file.subarray(file.indexOf('\n') + 1);
  }

  write(
    bucket: string,
    key: string,
    content: Uint8Array,
    headers: Record<string, string>,
  ): ObjectInfo {
    const info: ObjectInfo = {
      key,
      etag: createHash('md5').update(content).digest('hex'),
      size: content.length,
      modifiedAt: new Date(),
      headers,
    };
    const head = Buffer.from(`${JSON.stringify(info)}\n`);
    writeFileAtomic(this.#path(bucket, key), Buffer.concat([head, content]));
    this.#buckets.get(bucket)?.set(key, info);
    return info;
  }

  remove(bucket: string, key: string): void {
    rmSync(this.#path(bucket, key), { force: true });
    this.#buckets.get(bucket)?.delete(key);
  }

  /** All objects whose key starts so, in the order of S3: by bytes. */
  list(bucket: string, prefix: string): ObjectInfo[] {
    return [...(this.#buckets.get(bucket)?.values() ?? [])]
      .filter(info => info.key.startsWith(prefix))
      .sort((left, right) =>
        Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)),
      );
  }

  #path(bucket: string, key: string): string {
    const escaped = encodeURIComponent(key);
    const name =
      escaped.length > longestName
        ? `${escaped.slice(0, 80)}~${createHash('sha256').update(key).digest('hex')}`
        : escaped;
    return join(this.#folder, bucket, name + suffix);
  }

  #load() {
    if (!existsSync(this.#folder)) return;
    for (const bucket of readdirSync(this.#folder)) {
      const objects = new Map<string, ObjectInfo>();
      for (const name of readdirSync(join(this.#folder, bucket))) {
        const path = join(this.#folder, bucket, name);
        if (!name.endsWith(suffix)) {
          // What a write left that a crash cut off.
          rmSync(path, { force: true });
          continue;
        }
        const info = readInfo(path);
        objects.set(info.key, info);
      }
      this.#buckets.set(bucket, objects);
    }
  }
}

function readInfo(path: string): ObjectInfo {
  const file = readFileSync(path);
  const head = JSON.parse(file.toString('utf8', 0, file.indexOf('\n')));
  return { ...head, modifiedAt: new Date(head.modifiedAt) };
}

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { NanteError } from '@nante/model';
import { createSecureContext } from '../http/certificates';
import { withDeadline } from '../http/deadline';
import { withRetry } from '../http/retry';
import type { CallOptions } from '../proxmox/types';
import { tryPut } from './conditionalPut';
import { answerOf, storeFailure } from './failures';
import { proveConditionalWrites } from './proof';
import type { ObjectStore, StoredObject, WriteCondition } from './types';

/** Where the bucket is and how we get in. */
export interface S3StoreOptions {
  /** Address with scheme, for example `https://s3.example.com:9000`. */
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Any value will do for MinIO; `us-east-1` unless given. */
  region?: string;
  /** PEM file with a private CA. */
  caFile?: string;
  /** Milliseconds for a whole call, repetitions included. */
  timeouts?: {
    /** 10 000 unless given. */
    readMs?: number;
    /** 60 000 unless given. */
    writeMs?: number;
    /** Connection and TLS; 5 000 unless given. */
    connectMs?: number;
  };
}

/** How one call is made: what it does in words, how long it may take, how often it is repeated. */
interface Call {
  action: string;
  timeoutMs: number;
  repetitions: number;
}

class S3Store implements ObjectStore {
  readonly endpoint: string;
  readonly bucket: string;
  readonly #client: S3Client;
  readonly #readMs: number;
  readonly #writeMs: number;

  constructor(options: S3StoreOptions) {
    if (!/^https?:\/\/[^/]/.test(options.endpoint)) {
      throw new NanteError(
        'invalid-input',
        `The address of the S3 store must start with http:// or https://, not "${options.endpoint}".`,
        { hint: 'Correct STATE_S3_ENDPOINT.' },
      );
    }
    this.endpoint = options.endpoint.replace(/\/+$/, '');
    this.bucket = options.bucket;
    this.#readMs = options.timeouts?.readMs ?? 10_000;
    this.#writeMs = options.timeouts?.writeMs ?? 60_000;
    this.#client = new S3Client({
      endpoint: this.endpoint,
      region: options.region ?? 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: options.accessKeyId,
        secretAccessKey: options.secretAccessKey,
      },
      // We repeat calls ourselves: the SDK would repeat a conditional write blindly and read its own 412 as a loss.
      maxAttempts: 1,
      // Many S3 stores refuse the checksum trailers that the SDK adds by default.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: options.timeouts?.connectMs ?? 5_000,
        httpAgent: new HttpAgent({ keepAlive: true }),
        httpsAgent: new HttpsAgent({
          keepAlive: true,
          secureContext: createSecureContext(options.caFile),
        }),
      },
    });
  }

  async get(
    key: string,
    options: CallOptions = {},
  ): Promise<StoredObject | undefined> {
    return this.#run(this.#reading(`read ${key}`), options, signal =>
      this.#read(key, signal),
    );
  }

  async put(
    key: string,
    body: string,
    condition: WriteCondition,
    options: CallOptions = {},
  ): Promise<{ etag: string }> {
    const earlier = { ambiguous: false };
    const action = `write ${key}`;
    const call = { action, timeoutMs: this.#writeMs, repetitions: 2 };
    return this.#run(call, options, signal =>
      tryPut(key, body, condition, earlier, {
        write: () => this.#write(key, body, condition, signal),
        read: () =>
          withRetry(this.#patience(this.#readMs), signal, () =>
            this.#translated(`read ${key}`, () => this.#read(key, signal)),
          ),
        translate: error => storeFailure(error, this, action),
      }),
    );
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    const call = {
      action: `delete ${key}`,
      timeoutMs: this.#writeMs,
      repetitions: 0,
    };
    await this.#run(call, options, abortSignal =>
      this.#client.send(
        new DeleteObjectCommand({ Bucket: this.bucket, Key: key }),
        { abortSignal },
      ),
    );
  }

  async list(prefix: string, options: CallOptions = {}) {
    const found: Awaited<ReturnType<ObjectStore['list']>> = [];
    let token: string | undefined;
    do {
      const page = await this.#page(prefix, token, options);
      for (const item of page.Contents ?? []) {
        found.push({
          key: item.Key ?? '',
          etag: quoted(item.ETag ?? ''),
          modifiedAt: item.LastModified?.toISOString() ?? '',
          size: item.Size ?? 0,
        });
      }
      const next = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (next !== undefined && next === token) {
        throw new NanteError(
          'failed',
          `The S3 store at ${this.endpoint} answers the same page of ${prefix} again and again.`,
        );
      }
      token = next;
    } while (token);
    return found.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  }

  async proveConditionalWrites(options: CallOptions = {}): Promise<void> {
    await proveConditionalWrites(this, options, (key, body, condition) =>
      this.#run(
        { action: `write ${key}`, timeoutMs: this.#writeMs, repetitions: 0 },
        options,
        async signal => {
          try {
            const { etag } = await this.#write(key, body, condition, signal);
            return { status: 200, etag };
          } catch (error) {
            const { status } = answerOf(error);
            // Other answers (a bad name, no right, a failure) say nothing about conditions.
            if (status && [304, 404, 409, 412, 501].includes(status)) {
              if (answerOf(error).code !== 'NoSuchBucket') return { status };
            }
            throw error;
          }
        },
      ),
    );
  }

  #page(
    prefix: string,
    token: string | undefined,
    options: CallOptions,
  ): Promise<ListObjectsV2CommandOutput> {
    return this.#run(this.#reading(`list ${prefix}`), options, abortSignal =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          ContinuationToken: token,
        }),
        { abortSignal },
      ),
    );
  }

  #reading(action: string): Call {
    return { action, timeoutMs: this.#readMs, repetitions: 2 };
  }

  #patience(timeoutMs: number) {
    const end = Date.now() + timeoutMs;
    return {
      repetitions: 2,
      baseDelayMs: 200,
      remainingMs: () => end - Date.now(),
    };
  }

  async #read(
    key: string,
    signal: AbortSignal,
  ): Promise<StoredObject | undefined> {
    try {
      const answer = await this.#client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key }),
        { abortSignal: signal },
      );
      if (!answer.Body) throw new Error('an answer without a body');
      // The SDK stops listening to the signal once the headers are there.
      addAbortSignal(signal, answer.Body as Readable);
      const body = await answer.Body.transformToString('utf-8');
      return { body, etag: quoted(answer.ETag ?? '') };
    } catch (error) {
      const { status, code } = answerOf(error);
      if (status === 404 && code !== 'NoSuchBucket') return undefined;
      throw error;
    }
  }

  async #write(
    key: string,
    body: string,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<{ etag: string }> {
    const answer = await this.#client.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: body,
        ContentType: 'application/json',
        IfNoneMatch: 'ifNoneMatch' in condition ? '*' : undefined,
        IfMatch: 'ifMatch' in condition ? condition.ifMatch : undefined,
      }),
      { abortSignal: signal },
    );
    return { etag: quoted(answer.ETag ?? '') };
  }

  async #translated<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw storeFailure(error, this, action);
    }
  }

  #run<T>(
    call: Call,
    options: CallOptions,
    request: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const target = { system: 'The S3 store', url: this.endpoint };
    return withDeadline(target, call.timeoutMs, options.signal, signal =>
      withRetry(
        { ...this.#patience(call.timeoutMs), repetitions: call.repetitions },
        signal,
        () => this.#translated(call.action, () => request(signal)),
      ),
    );
  }
}

/**
 * A bucket of an S3 store, addressed by path.
 *
 * Reads are repeated on transport failures and 5xx; conditional writes too, because after a broken connection the
 * object tells whether the write happened. Unconditional writes are repeated as they are idempotent; deletions are not
 * repeated.
 *
 * @throws NanteError `invalid-input` when the endpoint has no scheme or the CA file cannot be used
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

/** Some stores answer an ETag without its quotes, and then compare it with them. */
function quoted(etag: string): string {
  return etag === '' || etag.startsWith('"') || etag.startsWith('W/')
    ? etag
    : `"${etag}"`;
}

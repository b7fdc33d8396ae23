import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Endpoints } from '@nante/sandbox';

/** A folder that goes when the scenario ends. */
export function temporaryFolder(undo: (() => unknown)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'nante-verify-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a stand-in was asked since its counters were last reset. */
export interface RequestCounts {
  total: number;
  mutating: number;
  byRoute: Record<string, number>;
}

/** A guest as the sandbox's own books have it, past every client of ours. */
export interface BookedGuest {
  vmid: number;
  kind: string;
  node: string;
  name: string;
  running: boolean;
  seeded: boolean;
}

/** What a scenario asks a sandbox, by no code of the product. */
export class SandboxView {
  readonly #endpoints: Endpoints;
  readonly #s3: S3Client;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
    const { url, accessKeyId, secretAccessKey } = this.#system('s3');
    this.#s3 = new S3Client({
      endpoint: url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: String(accessKeyId),
        secretAccessKey: String(secretAccessKey),
      },
    });
  }

  get bucket(): string {
    return String(this.#system('s3').bucket);
  }

  /** Requests that Proxmox got since the last call of `forgetRequests`. */
  async requests(): Promise<RequestCounts> {
    return this.#control('requests') as Promise<RequestCounts>;
  }

  async forgetRequests(): Promise<void> {
    await this.#control('requests', { method: 'DELETE' });
  }

  /** Guests that were made through the API: neither seeded ones nor templates. */
  async guestsMade(): Promise<BookedGuest[]> {
    const state = (await this.#control('state')) as { guests: BookedGuest[] };
    return state.guests.filter(guest => !guest.seeded);
  }

  /**
   * Asks the Proxmox API as its root user.
   *
   * @param path - below `/api2/json`
   * @returns the status, and `data` of the answer
   */
  proxmox(path: string): Promise<{ status: number; data: unknown }> {
    const { url, ca, tokens } = this.#system('proxmox');
    const { root } = tokens as { root: string };
    return new Promise((resolve, reject) => {
      const request = https.get(
        `${url}/api2/json${path}`,
        {
          ca: readFileSync(String(ca)),
          headers: { authorization: `PVEAPIToken=${root}` },
          timeout: 10_000,
        },
        response => {
          let body = '';
          response.setEncoding('utf8').on('data', chunk => {
            body += chunk;
          });
          response.on('end', () => {
            let data: unknown;
            try {
              data = (JSON.parse(body) as { data?: unknown }).data;
            } catch {
              data = body;
            }
            resolve({ status: response.statusCode ?? 0, data });
          });
        },
      );
      request.on('timeout', () =>
        request.destroy(new Error(`${path}: no answer in 10 s`)),
      );
      request.on('error', reject);
    });
  }

  /** Keys of the state bucket below a prefix. */
  async objects(prefix: string): Promise<string[]> {
    const answer = await this.#s3.send(
      new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix }),
    );
    return (answer.Contents ?? []).map(({ Key }) => String(Key));
  }

  /** Text of an object of the state bucket. */
  async text(key: string): Promise<string> {
    const answer = await this.#s3.send(
      new GetObjectCommand({ Bucket: this.bucket, Key: key }),
    );
    return answer.Body!.transformToString();
  }

  /** A JSON object of the state bucket. */
  async object<T>(key: string): Promise<T> {
    return JSON.parse(await this.text(key)) as T;
  }

  /** Writes an object into the state bucket, past every client of ours. */
  async put(key: string, text: string): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: text }),
    );
  }

  async #control(path: string, init?: RequestInit): Promise<unknown> {
    const response = await fetch(
      `${this.#system('proxmox').control}/${path}`,
      init,
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  #system(name: 's3' | 'proxmox') {
    const system = this.#endpoints[name];
    if (!system) throw new Error(`This sandbox has no ${name}.`);
    return system;
  }
}

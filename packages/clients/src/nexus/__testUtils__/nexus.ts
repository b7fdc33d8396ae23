import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { startSystem, type TestSystem } from '../../__testUtils__/sandbox';
import { createNexusClient, type NexusClientOptions } from '../NexusClient';
import type { NexusApi, UploadSource } from '../types';

/** The stand-in, and clients for it. */
export interface TestNexus extends TestSystem {
  client(changes?: Partial<NexusClientOptions>): NexusApi;
  /** May read and nothing else. */
  reader(): NexusApi;
  /** For files of tests. */
  folder: string;
  /** Searches follow at once from now on, or after so many milliseconds. */
  lag(ms: number): Promise<void>;
}

export async function startNexus(): Promise<TestNexus> {
  const system = await startSystem('nexus');
  const folder = mkdtempSync(join(tmpdir(), 'nante-nexus-'));
  const { url, username, password, readOnly } = system.endpoint;
  const client: TestNexus['client'] = changes =>
    createNexusClient({
      url,
      username: `${username}`,
      password: `${password}`,
      timeoutMs: 3000,
      ...changes,
    });
  return {
    ...system,
    ...{ client, folder },
    reader: () => client(readOnly as { username: string; password: string }),
    lag: ms => system.fault({ kind: 'index-lag', ms }),
    async stop() {
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Content of a file that is only in memory. */
export function sourceOf(content: Buffer): UploadSource {
  return {
    size: content.length,
    open: () => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < content.length; at += 65_536)
        pieces.push(content.subarray(at, at + 65_536));
      return Readable.from(pieces, { objectMode: false });
    },
  };
}

export const bytes = (size: number) => randomBytes(size);
export const sha256 = (content: Buffer) =>
  createHash('sha256').update(content).digest('hex');

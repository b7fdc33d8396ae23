import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PublishRequest } from '@nante/model';
import { pack } from 'tar-stream';

/** A request as doors make it. */
export function publishRequest(
  file: string,
  change: Partial<PublishRequest> = {},
): PublishRequest {
  return {
    requestId: `publish-${randomBytes(8).toString('hex')}`,
    requestedBy: 'user:default/mia',
    operator: false,
    app: 'hello',
    repository: 'raw-hosted',
    format: 'raw',
    dryRun: false,
    file,
    ...change,
  };
}

/** Of a Maven artifact. */
export const mavenOf = (version: string): Partial<PublishRequest> => ({
  ...{ repository: 'maven-releases', format: 'maven2', version },
  ...{ group: 'com.example', name: 'hello' },
});

/** Writes a file of random content, with the first bytes of a zip archive. */
export function writeZip(folder: string, name: string, size = 1000): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('PK\u0003\u0004'), randomBytes(size - 4)]),
  );
  return file;
}

export const sha256 = (content: Buffer) =>
  createHash('sha256').update(content).digest('hex');

/** Writes a tgz with files in it. */
export async function writeTgz(
  file: string,
  files: Record<string, string>,
): Promise<string> {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name }, content);
  archive.finalize();
  await pipeline(archive, createGzip(), createWriteStream(file));
  return file;
}

/** Writes an image as `docker save` does. */
export async function writeImage(file: string, layer: Buffer): Promise<string> {
  const diff = `sha256:${sha256(layer)}`;
  const config = JSON.stringify({
    rootfs: { type: 'layers', diff_ids: [diff] },
  });
  const table = [{ Config: 'c.json', RepoTags: null, Layers: ['layer.tar'] }];
  const archive = pack();
  archive.entry({ name: 'c.json' }, config);
  archive.entry({ name: 'layer.tar' }, layer);
  archive.entry({ name: 'manifest.json' }, JSON.stringify(table));
  archive.finalize();
  await pipeline(archive, createWriteStream(file));
  return file;
}

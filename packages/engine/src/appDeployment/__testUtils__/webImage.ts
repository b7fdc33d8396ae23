import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/**
 * Writes an image as `docker save` does: one static program, that serves one page on port 8080.
 *
 * @param busybox - the program
 * @param app.page - what it answers
 * @param app.isBroken - it says why, and ends at once
 */
export async function writeWebImage(
  file: string,
  busybox: Buffer,
  app: { page: string; isBroken?: boolean },
): Promise<void> {
  const layer = await tarOf([
    { name: 'busybox', content: busybox, mode: 0o755 },
    { name: 'www/index.html', content: Buffer.from(app.page), mode: 0o644 },
    { name: 'www/healthz', content: Buffer.from('well'), mode: 0o644 },
  ]);
  const serve = 'exec /busybox httpd -f -p 8080 -h /www';
  const start = app.isBroken ? 'echo no configuration; exit 3' : serve;
  const config = JSON.stringify({
    ...{ architecture: 'amd64', os: 'linux' },
    config: { Entrypoint: ['/busybox', 'sh', '-c', start] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created_by: app.page }],
  });
  const name = `${sha256(config)}.json`;
  const manifest = [{ Config: name, RepoTags: null, Layers: ['layer.tar'] }];
  const archive = pack();
  archive.entry({ name }, config);
  archive.entry({ name: 'layer.tar' }, layer);
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.finalize();
  await pipeline(archive, createWriteStream(file));
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function tarOf(
  entries: { name: string; content: Buffer; mode: number }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { name, content, mode } of entries)
    // The same content is the same image, whenever it is made.
    tar.entry({ name, mode, mtime: new Date(0) }, content);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import {
  ambiguous,
  digestOf,
  jsonOf,
  largestManifest,
  notAnImage,
  type ImageArchive,
  type ImageBlob,
} from './image';
import type { TarEntry, TarFile } from './tarFile';

const tableSchema = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .min(1);
const configSchema = z.object({
  rootfs: z.object({
    diff_ids: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)),
  }),
});

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;
/** First bytes of compressed layers, and what they add to the type. */
const compressions = [
  ['1f8b', '+gzip'],
  ['28b52ffd', '+zstd'],
] as const;

/**
 * Reads what `docker save` wrote before it wrote OCI layouts too. Such an archive has no manifest: one is made, which is the
 * same for the same archive.
 */
export async function readDockerSave(
  tar: TarFile,
  file: string,
  wanted: { image: string; tag: string },
): Promise<ImageArchive> {
  const table = tableSchema.safeParse(
    jsonOf(
      await tar.read(tar.entry('manifest.json')!, largestManifest),
      'manifest.json',
      file,
    ),
  ).data;
  if (!table) throw notAnImage(file, 'its manifest.json is of no known form');
  const image = chosen(table, file, wanted);
  const configEntry = demand(tar, image.Config, file);
  const configBytes = await tar.read(configEntry, largestManifest);
  const config = configSchema.safeParse(
    jsonOf(configBytes, image.Config, file),
  ).data;
  const diffIds = config?.rootfs.diff_ids ?? [];
  if (!config || diffIds.length !== image.Layers.length)
    throw notAnImage(
      file,
      `${image.Config} does not name the layers that are in it`,
    );
  const configBlob: ImageBlob = {
    digest: digestOf(configBytes),
    size: configBytes.length,
    open: () => Readable.from([configBytes], { objectMode: false }),
  };
  const layers: (ImageBlob & { mediaType: string })[] = [];
  for (const [index, name] of image.Layers.entries())
    layers.push(await layerOf(tar, demand(tar, name, file), diffIds[index]));
  const described = ({ digest, size }: ImageBlob) => ({ digest, size });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, ...described(configBlob) },
      layers: layers.map(layer => ({
        mediaType: layer.mediaType,
        ...described(layer),
      })),
    }),
  );
  const digest = digestOf(bytes);
  // The same layer may stand there twice, as an empty one does.
  const blobs = new Map(
    [configBlob, ...layers].map(blob => [blob.digest, blob]),
  );
  return {
    digest,
    manifests: [{ digest, bytes, mediaType: types.manifest }],
    blobs: [...blobs.values()],
  };
}

async function layerOf(
  tar: TarFile,
  entry: TarEntry,
  diffId: string,
): Promise<ImageBlob & { mediaType: string }> {
  const begin = await beginOf(tar, entry);
  const compression = compressions.find(([sign]) => begin.startsWith(sign));
  return {
    // A layer that is not compressed is known by this name already.
    digest: compression ? await hashOf(tar.stream(entry)) : diffId,
    size: entry.size,
    open: () => tar.stream(entry),
    mediaType: `${types.layer}${compression?.[1] ?? ''}`,
  };
}

async function beginOf(tar: TarFile, entry: TarEntry): Promise<string> {
  const begin = { ...entry, size: Math.min(4, entry.size) };
  return (await tar.read(begin, 4)).toString('hex');
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

function demand(tar: TarFile, name: string, file: string): TarEntry {
  const entry = tar.entry(name);
  if (entry) return entry;
  throw notAnImage(file, `it refers to ${name}, which is not in it`);
}

function chosen(
  table: z.infer<typeof tableSchema>,
  file: string,
  wanted: { image: string; tag: string },
) {
  if (table.length === 1) return table[0];
  const whole = `${wanted.image}:${wanted.tag}`;
  const found = table.filter(({ RepoTags }) =>
    RepoTags?.some(name => name === whole || name.endsWith(`/${whole}`)),
  );
  if (found.length === 1) return found[0];
  throw ambiguous(
    file,
    wanted,
    table.flatMap(({ RepoTags }) => RepoTags ?? []),
  );
}

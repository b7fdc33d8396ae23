import { z } from 'zod';
import {
  ambiguous,
  digestOf,
  jsonOf,
  largestManifest,
  notAnImage,
  type ImageArchive,
  type ImageBlob,
  type ImageManifest,
} from './image';
import type { TarFile } from './tarFile';

const descriptorSchema = z.object({
  mediaType: z.string().optional(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
type Descriptor = z.infer<typeof descriptorSchema>;

const indexSchema = z.object({
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema).min(1),
});
const manifestSchema = z.object({
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
});

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
/** Layers that nobody may hand on, and that lie elsewhere. */
const elsewhere = /nondistributable|foreign/;

/** Reads an OCI layout (`index.json` and `blobs/`). */
export async function readOciLayout(
  tar: TarFile,
  file: string,
  wanted: { image: string; tag: string },
): Promise<ImageArchive> {
  const manifests = new Map<string, ImageManifest>();
  const blobs = new Map<string, ImageBlob>();

  const entryOf = ({ digest, size }: Descriptor) => {
    const entry = tar.entry(`blobs/sha256/${digest.slice('sha256:'.length)}`);
    if (entry && entry.size !== size)
      throw notAnImage(
        file,
        `${digest} has ${entry.size} bytes, and not ${size} as it says`,
      );
    return entry;
  };
  const missing = (digest: string) =>
    notAnImage(
      file,
      `it refers to ${digest}, which is not in it; save all platforms of the image, or one alone`,
    );

  const addBlob = (descriptor: Descriptor) => {
    const { digest, size, mediaType = '' } = descriptor;
    const entry = entryOf(descriptor);
    if (!entry) {
      if (elsewhere.test(mediaType)) return;
      throw missing(digest);
    }
    blobs.set(digest, { digest, size, open: () => tar.stream(entry) });
  };

  const addManifest = async (descriptor: Descriptor, depth: number) => {
    const { digest } = descriptor;
    if (manifests.has(digest)) return;
    const entry = entryOf(descriptor);
    if (!entry) throw missing(digest);
    const bytes = await tar.read(entry, largestManifest);
    if (digestOf(bytes) !== digest)
      throw notAnImage(file, `${digest} is damaged`);
    const json = jsonOf(bytes, digest, file);
    const index = indexSchema.safeParse(json).data;
    const manifest = manifestSchema.safeParse(json).data;
    if (index && depth < 3)
      for (const child of index.manifests) await addManifest(child, depth + 1);
    else if (manifest) [manifest.config, ...manifest.layers].forEach(addBlob);
    else throw notAnImage(file, `${digest} is no manifest of an image`);
    const own = index ?? manifest;
    manifests.set(digest, {
      digest,
      bytes,
      mediaType:
        own?.mediaType ??
        descriptor.mediaType ??
        (index ? indexType : manifestType),
    });
  };

  const bytes = await tar.read(tar.entry('index.json')!, largestManifest);
  const root = chosen(jsonOf(bytes, 'index.json', file), file, wanted);
  await addManifest(root, 0);
  return {
    digest: root.digest,
    manifests: [...manifests.values()],
    blobs: [...blobs.values()],
  };
}

/** Names that tools give an image in a layout, the whole one first. */
const nameAnnotations = [
  'io.containerd.image.name',
  'org.opencontainers.image.ref.name',
];

function chosen(
  json: unknown,
  file: string,
  wanted: { image: string; tag: string },
): Descriptor {
  const index = indexSchema.safeParse(json).data;
  if (!index) throw notAnImage(file, 'its index.json names no manifest');
  const { manifests } = index;
  const digests = new Set(manifests.map(({ digest }) => digest));
  if (digests.size === 1) return manifests[0];
  const namesOf = ({ annotations }: Descriptor) =>
    nameAnnotations.flatMap(name => annotations?.[name] ?? []);
  const whole = `${wanted.image}:${wanted.tag}`;
  const isWanted = (name: string) =>
    name === whole || name.endsWith(`/${whole}`) || name === wanted.tag;
  const found = manifests.filter(one => namesOf(one).some(isWanted));
  if (new Set(found.map(({ digest }) => digest)).size === 1) return found[0];
  throw ambiguous(
    file,
    wanted,
    manifests.flatMap(one => namesOf(one).slice(0, 1)),
  );
}

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack, type Header } from 'tar-stream';

type File = [name: string | Partial<Header>, content: Buffer | string];

/** Writes an archive. */
export async function writeTar(path: string, files: File[]): Promise<void> {
  const archive = pack();
  for (const [header, content] of files)
    archive.entry(
      typeof header === 'string'
        ? { name: header }
        : { ...header, name: header.name! },
      content as string,
    );
  archive.finalize();
  await pipeline(archive, createWriteStream(path));
}

const hex = (content: Buffer) =>
  createHash('sha256').update(content).digest('hex');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** Blobs and descriptors of a layout, as they are added. */
function layout() {
  const files = new Map<string, Buffer>();
  const add = (content: Buffer, mediaType: string) => {
    files.set(`blobs/sha256/${hex(content)}`, content);
    return {
      mediaType,
      digest: `sha256:${hex(content)}`,
      size: content.length,
    };
  };
  const image = (layers: Buffer[], architecture = 'amd64') =>
    add(
      json({
        schemaVersion: 2,
        mediaType: manifestType,
        config: add(
          json({
            ...{ architecture, os: 'linux' },
            rootfs: {
              type: 'layers',
              diff_ids: layers.map(layer => `sha256:${hex(layer)}`),
            },
          }),
          'application/vnd.oci.image.config.v1+json',
        ),
        layers: layers.map(layer =>
          add(layer, 'application/vnd.oci.image.layer.v1.tar'),
        ),
      }),
      manifestType,
    );
  return { files, add, image };
}

/** An OCI layout with one image. */
export async function writeOciArchive(
  path: string,
  layers: Buffer[],
): Promise<string> {
  const { files, image } = layout();
  const root = image(layers);
  await writeLayout(path, files, [root]);
  return root.digest;
}

/**
 * An OCI layout with an image for two platforms.
 *
 * @param leaveOut - blobs of the second are not in the archive
 */
export async function writePlatforms(
  path: string,
  { leaveOut = false } = {},
): Promise<string> {
  const { files, add, image } = layout();
  const amd = { ...image([Buffer.from('amd')]), platform: 'amd64' };
  const before = new Map(files);
  const arm = { ...image([Buffer.from('arm')], 'arm64'), platform: 'arm64' };
  const described = [amd, arm].map(({ platform, ...one }) => ({
    ...one,
    platform: { os: 'linux', architecture: platform },
  }));
  const root = add(
    json({ schemaVersion: 2, mediaType: indexType, manifests: described }),
    indexType,
  );
  const rootName = `blobs/sha256/${root.digest.slice(7)}`;
  const kept = leaveOut
    ? new Map([...before, [rootName, files.get(rootName)!]])
    : files;
  await writeLayout(path, kept, [root]);
  return root.digest;
}

/** An OCI layout with several images, each with a name. */
export async function writeSeveral(
  path: string,
  names: string[],
): Promise<string[]> {
  const { files, image } = layout();
  const roots = names.map(name => ({
    ...image([Buffer.from(name)]),
    annotations: { 'org.opencontainers.image.ref.name': name },
  }));
  await writeLayout(path, files, roots);
  return roots.map(({ digest }) => digest);
}

async function writeLayout(
  path: string,
  files: Map<string, Buffer>,
  manifests: object[],
) {
  await writeTar(path, [
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', json({ schemaVersion: 2, manifests })],
    ...files,
  ]);
}

/** What `docker save` wrote for long: layers in folders, the second a link to the first where both are the same. */
export async function writeDockerSave(
  path: string,
  layers: Buffer[],
): Promise<void> {
  const config = json({
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: {
      type: 'layers',
      diff_ids: layers.map(layer => `sha256:${hex(layer)}`),
    },
  });
  const configName = `${hex(config)}.json`;
  const files = layers.map((layer, index): File => {
    const first = layers.findIndex(other => other.equals(layer));
    const name = `${index}${'long'.repeat(40)}/layer.tar`;
    return first === index
      ? [name, layer]
      : [
          {
            name,
            type: 'symlink',
            linkname: `../${first}${'long'.repeat(40)}/layer.tar`,
          },
          '',
        ];
  });
  await writeTar(path, [
    [configName, config],
    ...files,
    [
      'manifest.json',
      json([
        {
          Config: configName,
          RepoTags: ['team/app:1.0'],
          Layers: layers.map(
            (_, index) => `${index}${'long'.repeat(40)}/layer.tar`,
          ),
        },
      ]),
    ],
  ]);
}

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { NanteError } from '@nante/model';
import type { HttpAnswer } from '../http/client';
import type { CallOptions } from '../proxmox/types';
import type { NexusConnection, Purpose } from './connection';
import { digestOf, type ImageBlob } from './image';
import { readImageArchive } from './imageArchive';
import { openRegistry, type Registry } from './registryAccess';
import type { NexusApi } from './types';

/** All kinds of manifests, so that a registry answers the one that it has. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Calls about images, by the protocol of registries. */
export function imageCalls(
  connection: NexusConnection,
  repository: NexusApi['repository'],
): Pick<NexusApi, 'imageDigest' | 'pushImage' | 'imageReference'> {
  const at = (name: string, image: string, options?: CallOptions) =>
    openRegistry(connection, repository, { name, image }, options);

  return {
    async imageDigest(name, image, tag, options) {
      const registry = await at(name, image, options);
      return manifestDigest(registry, tag, options);
    },

    async pushImage(name, image, tag, archive, options = {}) {
      const { signal, onProgress } = options;
      const { digest, manifests, blobs } = await readImageArchive(archive, {
        image,
        tag,
      });
      const registry = await at(name, image, { signal });
      let done = 0;
      for (const blob of blobs) {
        const before = done;
        if (!(await hasBlob(registry, blob.digest, { signal })))
          await pushBlob(registry, blob, {
            signal,
            onProgress: sent => onProgress?.(before + sent),
          });
        done += blob.size;
        onProgress?.(done);
      }
      for (const manifest of manifests) {
        const isLast = manifest.digest === digest;
        const reference = isLast ? tag : manifest.digest;
        const answer = await registry.send({
          method: 'PUT',
          path: `/manifests/${reference}`,
          headers: { 'content-type': manifest.mediaType },
          body: manifest.bytes,
          ...registry.pushing(`take ${image}:${tag} into ${name}`),
          signal,
        });
        const told = answer.header('docker-content-digest');
        if (told !== undefined && told !== manifest.digest)
          throw new NanteError(
            'failed',
            `Nexus keeps ${image}:${tag} as ${told}, and not as ${manifest.digest}.`,
            { hint: 'Something between us and Nexus changed it; push again.' },
          );
      }
      return digest;
    },

    async imageReference(name, image, digest, options) {
      const registry = await at(name, image, options);
      return `${registry.imageName}@${digest}`;
    },
  };
}

async function manifestDigest(
  registry: Registry,
  tag: string,
  options?: CallOptions,
): Promise<string | undefined> {
  const path = `/manifests/${tag}`;
  const headers = { accept: manifestTypes };
  const purpose: Purpose = registry.reading(`look for the tag ${tag}`);
  const answer = await registry.look(
    { method: 'HEAD', path, headers },
    purpose,
    options,
  );
  if (!answer) return undefined;
  const told = digestHeader(answer);
  if (told) return told;
  // A proxy in between may have taken the header away.
  const whole = await registry.look(
    { method: 'GET', path, headers },
    purpose,
    options,
  );
  return whole && (digestHeader(whole) ?? digestOf(Buffer.from(whole.text)));
}

function digestHeader({ headers }: HttpAnswer): string | undefined {
  const value = headers.get('docker-content-digest') ?? '';
  return /^sha256:[0-9a-f]{64}$/.test(value) ? value : undefined;
}

async function hasBlob(
  registry: Registry,
  digest: string,
  options?: CallOptions,
): Promise<boolean> {
  const answer = await registry.look(
    { method: 'HEAD', path: `/blobs/${digest}` },
    registry.reading('look which layers are there'),
    options,
  );
  return answer !== undefined;
}

async function pushBlob(
  registry: Registry,
  { digest, size, open }: ImageBlob,
  options: CallOptions & { onProgress?: (sent: number) => void },
): Promise<void> {
  const { signal, onProgress } = options;
  const purpose = registry.pushing(`take the layer ${digest.slice(0, 19)}…`);
  const begun = await registry.send({
    method: 'POST',
    path: '/blobs/uploads/',
    headers: {},
    ...purpose,
    signal,
  });
  const location = begun.header('location');
  if (!location)
    throw new NanteError(
      'failed',
      'The registry of Nexus does not say where a layer goes.',
      { hint: 'Check the proxy in front of Nexus: it must pass Location on.' },
    );
  const url = registry.locate(location);
  url.searchParams.set('digest', digest);
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const piece of open() as AsyncIterable<Buffer>) {
      hash.update(piece);
      yield piece;
    }
  }
  try {
    await registry.send({
      method: 'PUT',
      url,
      headers: { 'content-type': 'application/octet-stream' },
      body: {
        size,
        open: () => Readable.from(hashed(), { objectMode: false }),
      },
      ...purpose,
      ...{ signal, onProgress },
    });
  } catch (error) {
    const isRefused = NanteError.is(error) && error.code === 'invalid-input';
    if (!isRefused || `sha256:${hash.digest('hex')}` === digest) throw error;
    throw new NanteError(
      'invalid-input',
      `The archive is damaged: the layer ${digest} has another content.`,
      { hint: 'Save the image again.', cause: error },
    );
  }
}

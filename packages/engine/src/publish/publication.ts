import { artifactPath, readImageArchive, type NexusApi } from '@nante/clients';
import type { ArtifactResult, PublishRequest } from '@nante/model';
import { coordinatesOf, type Coordinates } from './coordinates';
import { fileSize, readSourceFile, uploadSource } from './sourceFile';

/** Something that is going to be published, whatever its format. */
export interface Publication {
  /** For people: `com.example:hello 1.2.0`. */
  title: string;
  /** In its repository. */
  path: string;
  /** `sha256:…` of the file, or of the image's manifest. */
  digest: string;
  /** Bytes that are sent at most. */
  size: number;
  result: Pick<ArtifactResult, 'name' | 'version' | 'assets' | 'digest'>;
  /** `sha256:…` of what lies there now, asked for by its path. */
  there(nexus: NexusApi, signal?: AbortSignal): Promise<string | undefined>;
  send(
    nexus: NexusApi,
    signal: AbortSignal,
    onProgress: (sent: number) => void,
  ): Promise<void>;
  /** True when what lies there is what was sent; the index is not asked. */
  hasArrived(nexus: NexusApi, signal: AbortSignal): Promise<boolean>;
  /** What one hands to a tool to get it. */
  pull(nexus: NexusApi, repositoryUrl: string): Promise<string>;
}

/**
 * Looks at a file and works out what publishing it means; nothing is asked of Nexus.
 *
 * @throws NanteError `invalid-input`
 */
export async function publicationOf(
  request: PublishRequest,
  signal: AbortSignal,
): Promise<Publication> {
  await fileSize(request.file);
  const coordinates = await coordinatesOf(request, signal);
  return coordinates.format === 'docker'
    ? imagePublication(request, coordinates)
    : filePublication(request, coordinates, signal);
}

async function filePublication(
  { repository, file }: PublishRequest,
  { upload, name, version }: Extract<Coordinates, { format: 'file' }>,
  signal: AbortSignal,
): Promise<Publication> {
  const source = await readSourceFile(file, signal);
  const { size, sha256, sha1 } = source;
  const path = artifactPath(upload);
  return {
    ...{ path, size, digest: `sha256:${sha256}` },
    title: [name, name === path ? undefined : version]
      .filter(Boolean)
      .join(' '),
    result: { name, version, assets: [{ path, size, sha256 }] },
    async there(nexus, given) {
      const found = await nexus.sha256(repository, path, { signal: given });
      return found && `sha256:${found}`;
    },
    async send(nexus, given, onProgress) {
      await nexus.upload(repository, upload, uploadSource(source), {
        ...{ signal: given, onProgress },
      });
    },
    async hasArrived(nexus, given) {
      const options = { signal: given };
      const there = await nexus.head(repository, path, options);
      if (there?.size !== size) return false;
      if (there.sha1 !== undefined) return there.sha1 === sha1;
      return (await nexus.sha256(repository, path, options)) === sha256;
    },
    pull: (_nexus, url) => Promise.resolve(`${url}/${encoded(path)}`),
  };
}

async function imagePublication(
  { repository, file }: PublishRequest,
  { image, tag }: Extract<Coordinates, { format: 'docker' }>,
): Promise<Publication> {
  const { digest, blobs, manifests } = await readImageArchive(file, {
    ...{ image, tag },
  });
  const size = [
    ...blobs.map(blob => blob.size),
    ...manifests.map(({ bytes }) => bytes.length),
  ].reduce((sum, one) => sum + one, 0);
  const path = `${image}:${tag}`;
  const there: Publication['there'] = (nexus, signal) =>
    nexus.imageDigest(repository, image, tag, { signal });
  return {
    ...{ path, digest, size, there, title: path },
    result: { name: image, version: tag, digest, assets: [{ path, size }] },
    async send(nexus, signal, onProgress) {
      await nexus.pushImage(repository, image, tag, file, {
        ...{ signal, onProgress },
      });
    },
    hasArrived: async (nexus, signal) =>
      (await there(nexus, signal)) === digest,
    pull: nexus => nexus.imageReference(repository, image, digest),
  };
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

import { checksumNames, type ChecksumName } from '../blobStore';
import type { Coordinates } from '../model';

/** A path of a Maven repository, taken apart. */
export interface MavenPath {
  /** The path without the end of a checksum's file. */
  main: string;
  /** Set where the path is the file of a checksum. */
  checksum?: ChecksumName;
  /** `maven-metadata.xml` of an artifact, a version or a group. */
  isMetadata: boolean;
  /** Of a file of an artifact; absent for metadata, and for what is no path of a layout. */
  coordinates?: Coordinates;
  classifier?: string;
  extension?: string;
}

/** Reads a path; one that follows no layout has no coordinates and is no metadata. */
export function parseMavenPath(path: string): MavenPath {
  const checksum = checksumNames.find(name => path.endsWith(`.${name}`));
  const main = checksum ? path.slice(0, -checksum.length - 1) : path;
  const segments = main.split('/');
  const file = segments.pop() as string;
  const begin = { main, ...(checksum ? { checksum } : {}) };
  if (file === 'maven-metadata.xml') return { ...begin, isMetadata: true };
  const baseVersion = segments.pop();
  const artifact = segments.pop();
  if (
    !baseVersion ||
    !artifact ||
    segments.length === 0 ||
    segments.includes('')
  )
    return { ...begin, isMetadata: false };
  const rest = file.startsWith(`${artifact}-`)
    ? file.slice(artifact.length + 1)
    : undefined;
  const version = rest && versionAtBegin(rest, baseVersion);
  const end =
    version && /^(?:-([^.]+))?\.(.+)$/.exec(rest.slice(version.length));
  if (!version || !end) return { ...begin, isMetadata: false };
  const [, classifier, extension] = end;
  return {
    ...begin,
    isMetadata: false,
    coordinates: {
      group: segments.join('.'),
      name: artifact,
      version,
      attributes: { 'maven.baseVersion': baseVersion },
    },
    ...(classifier ? { classifier } : {}),
    extension,
  };
}

/** A snapshot's file has a time in place of the word SNAPSHOT, or the word itself. */
function versionAtBegin(rest: string, baseVersion: string): string | undefined {
  if (rest.startsWith(baseVersion)) return baseVersion;
  if (!baseVersion.endsWith('-SNAPSHOT')) return undefined;
  const release = baseVersion.slice(0, -'SNAPSHOT'.length);
  if (!rest.startsWith(release)) return undefined;
  const stamp = /^\d{8}\.\d{6}-\d+/.exec(rest.slice(release.length));
  return stamp ? release + stamp[0] : undefined;
}

/** Path of a file of an artifact. */
export function mavenPath(
  { group = '', name, version }: Coordinates,
  extension: string,
  classifier?: string,
): string {
  const end = classifier ? `-${classifier}` : '';
  return `${group.replaceAll('.', '/')}/${name}/${version}/${name}-${version}${end}.${extension}`;
}

import { parseMavenPath, mavenPath } from '../content/mavenPath';
import { rawCoordinates } from '../content/raw';
import { blobPath } from '../docker/blobs';
import { manifestPath } from '../docker/manifests';
import type { Coordinates, Repository } from '../model';
import { storeFile, type Nexus, type NewFile } from '../server';
import { chart, deploymentPackage, digestOf, image, npmPackage } from './files';

/** A version of a component that is put in place, past all policies. */
export interface SeededVersion {
  /** As people call it: `com.example:shop`, `shop/web`, `@example/ui`, `shop`, `tools/report.sh`. */
  name: string;
  version: string;
  /** Milliseconds. */
  at: number;
}

type File = Pick<
  NewFile,
  'path' | 'component' | 'attributes' | 'contentType'
> & {
  content: Buffer;
};

/**
 * Puts one version of a component into a repository, with real files.
 *
 * @param uploader - user that the books name
 */
export async function putVersion(
  nexus: Nexus,
  repository: Repository,
  given: SeededVersion,
  uploader = 'nante',
): Promise<void> {
  for (const { content, ...file } of filesOf(repository, given)) {
    const received = await nexus.blobs.receive(pieces(content));
    await storeFile(nexus, repository, {
      ...file,
      received,
      sender: { user: nexus.users.get(uploader), address: '127.0.0.1' },
      isExempt: true,
      at: given.at,
    });
  }
  if (repository.format !== 'npm') return;
  const tags = nexus.state.distTags(repository.name, given.name);
  nexus.state.setDistTags(repository.name, given.name, {
    ...tags,
    latest: given.version,
  });
}

async function* pieces(content: Buffer) {
  yield content;
}

function filesOf({ format }: Repository, given: SeededVersion): File[] {
  switch (format) {
    case 'maven2':
      return mavenFiles(given);
    case 'docker':
      return imageFiles(given);
    case 'helm':
      return chartFiles(given);
    case 'npm':
      return npmFiles(given);
    default:
      return rawFiles(given);
  }
}

function mavenFiles({ name, version }: SeededVersion): File[] {
  const [group, artifact = group] = name.split(':');
  const coordinates: Coordinates = { group, name: artifact, version };
  const file = (extension: string, content: Buffer): File => {
    const path = mavenPath(coordinates, extension);
    return {
      path,
      content,
      component: parseMavenPath(path).coordinates as Coordinates,
      attributes: { 'maven.extension': extension },
    };
  };
  const pom = [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '<modelVersion>4.0.0</modelVersion>',
    `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`,
    `<version>${version}</version><packaging>zip</packaging>`,
    '</project>\n',
  ].join('\n');
  return [
    file('zip', deploymentPackage(artifact, version)),
    file('pom', Buffer.from(pom)),
  ];
}

function imageFiles({ name, version }: SeededVersion): File[] {
  const { manifest, mediaType, blobs } = image(name, version);
  return [
    ...blobs.map(content => ({
      path: blobPath(digestOf(content)),
      content,
      contentType: 'application/octet-stream',
    })),
    {
      path: manifestPath(name, digestOf(manifest)),
      content: manifest,
      contentType: mediaType,
    },
    {
      path: manifestPath(name, version),
      content: manifest,
      contentType: mediaType,
      component: { name, version },
    },
  ];
}

function chartFiles({ name, version }: SeededVersion): File[] {
  const manifest = {
    apiVersion: 'v2',
    name,
    version,
    description: `Chart of ${name}`,
    type: 'application',
    appVersion: version,
  };
  return [
    {
      path: `${name}-${version}.tgz`,
      content: chart(name, version),
      contentType: 'application/x-tgz',
      component: { name, version, manifest },
    },
  ];
}

function npmFiles({ name, version }: SeededVersion): File[] {
  const scope = /^@([^/]+)\/(.+)$/.exec(name);
  const short = scope ? scope[2] : name;
  return [
    {
      path: `${name}/-/${short}-${version}.tgz`,
      content: npmPackage(name, version),
      contentType: 'application/x-tgz',
      component: {
        ...(scope ? { group: scope[1] } : {}),
        name: short,
        version,
        manifest: { name, version, main: 'index.js' },
      },
    },
  ];
}

function rawFiles({ name, version }: SeededVersion): File[] {
  const folder = name.includes('/')
    ? name.slice(0, name.lastIndexOf('/'))
    : name;
  const path = `${folder}/${version}/${name.split('/').at(-1)}`;
  return [
    {
      path,
      content: Buffer.from(`${name} ${version}\n`),
      component: rawCoordinates(path),
    },
  ];
}

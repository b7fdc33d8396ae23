import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { stringify } from 'yaml';
import { tar, type TarEntry } from '../../../vendorPackages/archive';

/** Time stamp of everything in archives, so that the same seed gives the same bytes. */
const seconds = 1_767_225_600;

/** A file of an archive. */
interface File {
  path: string;
  content: string;
  isProgram?: boolean;
}

/** A zip archive; programs may be run where it is unpacked. */
export function zip(files: File[]): Buffer {
  // Zip files have local time, so the date is a local one too.
  const mtime = new Date(2026, 0, 1);
  const entries = files.map(({ path, content, isProgram }) => [
    path,
    [
      Buffer.from(content),
      // Unix, with the mode in the upper half.
      { mtime, os: 3, attrs: (isProgram ? 0o100755 : 0o100644) * 0x10000 },
    ],
  ]);
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}

/** A tar archive, packed, with its files in one folder. */
export function tgz(folder: string, files: File[]): Buffer {
  const entries = files.map(({ path, content, isProgram }): TarEntry => ({
    path: `${folder}/${path}`,
    type: 'file',
    mode: isProgram ? 0o755 : 0o644,
    content: Buffer.from(content),
  }));
  return gzipSync(tar(entries, seconds, ''));
}

/** A package that Octopus unpacks on a host: a page, and a script that runs afterwards. */
export function deploymentPackage(app: string, version: string): Buffer {
  return zip([
    { path: 'index.html', content: `<h1>${app} ${version}</h1>\n` },
    {
      path: 'PostDeploy.sh',
      content: `#!/bin/bash\nset -eu\necho "${app} ${version} is in $PWD"\n`,
      isProgram: true,
    },
  ]);
}

/** A chart of one deployment. */
export function chart(name: string, version: string): Buffer {
  const metadata = {
    apiVersion: 'v2',
    name,
    description: `Chart of ${name}`,
    type: 'application',
    version,
    appVersion: version,
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: '{{ .Values.image }}' }] },
      },
    },
  };
  return tgz(name, [
    { path: 'Chart.yaml', content: stringify(metadata) },
    {
      path: 'values.yaml',
      content: stringify({ image: `${name}:${version}` }),
    },
    // What is between braces is for Helm, and has to be in quotation marks.
    { path: 'templates/deployment.yaml', content: stringify(deployment) },
  ]);
}

/** A package of npm. */
export function npmPackage(name: string, version: string): Buffer {
  const manifest = {
    name,
    version,
    description: 'Parts of pages of the seeded company',
    license: 'UNLICENSED',
    main: 'index.js',
  };
  return tgz('package', [
    { path: 'package.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
    { path: 'index.js', content: `module.exports = '${version}';\n` },
  ]);
}

/** Parts of an image, as they are pushed. */
export interface Image {
  manifest: Buffer;
  mediaType: string;
  blobs: Buffer[];
}

/** A minimal OCI image of one layer. */
export function image(name: string, version: string): Image {
  const layer = tar(
    [
      {
        path: 'index.html',
        type: 'file',
        mode: 0o644,
        content: Buffer.from(`<h1>${name} ${version}</h1>\n`),
      },
    ],
    seconds,
    '',
  );
  const packed = gzipSync(layer);
  const config = Buffer.from(
    JSON.stringify({
      created: new Date(seconds * 1000).toISOString(),
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { 'org.opencontainers.image.version': version } },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
      history: [{ created_by: 'sandbox' }],
    }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', packed)],
  };
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    mediaType,
    blobs: [config, packed],
  };
}

/** Name of a content in a registry. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function descriptor(mediaType: string, content: Buffer) {
  return { mediaType, digest: digestOf(content), size: content.length };
}

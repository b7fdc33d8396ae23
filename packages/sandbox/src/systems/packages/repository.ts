import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { VendorPackage } from '../../vendorPackages/build';
import type { OpenPgpSigner } from './openPgp';

/** As Tailscale and Grafana call theirs, and as Docker does. */
const components = ['main', 'stable'];
const architectures = ['all', 'amd64', 'arm64', 'armhf', 'i386'];

/** An apt repository with the same packages in every suite. */
export interface Repository {
  /** The file of an index below `dists/<suite>/`; undefined when there is none. */
  index(suite: string, path: string): Buffer | undefined;
}

/**
 * @param packages - what it has; each package's file is served at `pool/<name of the file>`
 * @param madeAt - apt takes no index that is older than the one it has
 */
export function createRepository(
  packages: VendorPackage[],
  signer: OpenPgpSigner,
  madeAt = new Date(),
): Repository {
  const list = Buffer.from(packages.map(paragraph).join('\n'));
  const lists = new Map(
    components.flatMap(component =>
      architectures.flatMap(architecture => {
        const path = `${component}/binary-${architecture}/Packages`;
        return [
          [path, list],
          [`${path}.gz`, gzipSync(list)],
        ];
      }),
    ),
  );
  function release(suite: string): string {
    return `${[
      'Origin: Nante sandbox',
      "Label: Stand-ins for vendors' packages",
      `Suite: ${suite}`,
      `Codename: ${suite}`,
      `Date: ${madeAt.toUTCString()}`,
      `Architectures: ${architectures.join(' ')}`,
      `Components: ${components.join(' ')}`,
      'SHA256:',
      ...[...lists].map(
        ([path, content]) => ` ${sha256(content)} ${content.length} ${path}`,
      ),
    ].join('\n')}\n`;
  }
  return {
    index(suite, path) {
      switch (path) {
        case 'Release':
          return Buffer.from(release(suite));
        case 'Release.gpg':
          return Buffer.from(signer.detachedSign(release(suite)));
        case 'InRelease':
          return Buffer.from(signer.clearSign(release(suite)));
        default:
          return lists.get(path);
      }
    },
  };
}

function paragraph(one: VendorPackage): string {
  return [
    one.control,
    `Filename: pool/${basename(one.file)}`,
    `Size: ${one.size}`,
    `SHA256: ${one.sha256}`,
    '',
  ].join('\n');
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

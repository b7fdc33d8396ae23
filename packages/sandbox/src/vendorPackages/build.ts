import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NanteError } from '@nante/model';
import { z } from 'zod';
import { writeFileAtomic } from '../storage/atomicFile';
import { ar, tar, type TarEntry } from './archive';

/** A built package. */
export interface VendorPackage {
  name: string;
  version: string;
  /** Its paragraph in Debian's form, without what only a repository knows. */
  control: string;
  /** The `.deb`. */
  file: string;
  size: number;
  sha256: string;
}

const controlSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/),
  // Nobody shall take it for the vendor's.
  version: z.string().regex(/^[0-9][A-Za-z0-9.+-]*~standin$/),
  depends: z.union([z.string(), z.array(z.string())]).default([]),
  description: z.string().regex(/^[^\n]+$/),
});

/** What dpkg runs around the unpacking. */
const scripts = ['preinst', 'postinst', 'prerm', 'postrm'];
/** The same for all: a package is what is in it, not when it was built. */
const timeStamp = Date.UTC(2026, 0, 1) / 1000;

/**
 * Builds a Debian package for each folder of stand-ins for vendors' packages: `control.json` (name, version, depends,
 * description), the file tree `root/`, and dpkg's scripts where there are any. What was built of the same content is taken
 * as it is.
 *
 * @param pool - folder for the packages
 * @param source - folder with one folder for each package
 * @throws NanteError `invalid-input` that names the folder
 */
export function buildVendorPackages(
  pool: string,
  source: string,
): VendorPackage[] {
  return readdirSync(source)
    .sort()
    .filter(name => existsSync(join(source, name, 'control.json')))
    .map(name => buildPackage(join(source, name), pool));
}

function buildPackage(folder: string, pool: string): VendorPackage {
  const { name, version, depends, description } = readControl(folder);
  const data = treeOf(join(folder, 'root'));
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Nante sandbox <sandbox@nante.invalid>',
    ...([depends].flat().length > 0
      ? [`Depends: ${[depends].flat().join(', ')}`]
      : []),
    'Section: misc',
    'Priority: optional',
    `Description: ${description}`,
  ].join('\n');
  const deb = debOf(control, data, folder);
  const sha256 = createHash('sha256').update(deb).digest('hex');
  const file = join(pool, `${name}_${version}_${sha256.slice(0, 12)}_all.deb`);
  if (!existsSync(file)) writeFileAtomic(file, deb, 0o644);
  return { name, version, control, file, size: deb.length, sha256 };
}

function readControl(folder: string): z.infer<typeof controlSchema> {
  const file = join(folder, 'control.json');
  try {
    return controlSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new NanteError(
      'invalid-input',
      `${file} does not describe a package: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function debOf(control: string, data: TarEntry[], folder: string): Buffer {
  // As debhelper has it: a person's changes in /etc survive an upgrade.
  const settings = data
    .filter(({ path, type }) => type === 'file' && path.startsWith('etc/'))
    .map(({ path }) => `/${path}\n`);
  const meta: TarEntry[] = [
    textFile('control', `${control}\n`),
    ...(settings.length > 0 ? [textFile('conffiles', settings.join(''))] : []),
    ...scripts
      .filter(script => existsSync(join(folder, script)))
      .map(script =>
        textFile(script, readFileSync(join(folder, script)), 0o755),
      ),
  ];
  const packed = (entries: TarEntry[]) => gzipSync(tar(entries, timeStamp));
  return ar(
    [
      { name: 'debian-binary', content: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', content: packed(meta) },
      { name: 'data.tar.gz', content: packed(data) },
    ],
    timeStamp,
  );
}

function textFile(path: string, text: string | Buffer, mode = 0o644): TarEntry {
  return { path, type: 'file', mode, content: Buffer.from(text) };
}

/** The tree with modes as git has them: executable or not. */
function treeOf(root: string, below = ''): TarEntry[] {
  return readdirSync(join(root, below))
    .sort()
    .filter(name => name !== '__pycache__')
    .flatMap((name): TarEntry[] => {
      const path = below ? `${below}/${name}` : name;
      const file = join(root, path);
      const stat = lstatSync(file);
      if (stat.isDirectory())
        return [{ path, type: 'folder', mode: 0o755 }, ...treeOf(root, path)];
      if (stat.isSymbolicLink())
        return [
          { path, type: 'link', mode: 0o777, target: readlinkSync(file) },
        ];
      const executable = (stat.mode & 0o100) !== 0; // eslint-disable-line no-bitwise
      const mode = executable ? 0o755 : 0o644;
      return [{ path, type: 'file', mode, content: readFileSync(file) }];
    });
}

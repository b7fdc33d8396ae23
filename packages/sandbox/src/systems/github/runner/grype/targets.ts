import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import {
  isPackageList,
  readPackages,
  readSbom,
  type FoundPackage,
} from './packages';

/** What is scanned, and what it has. */
export interface Scanned {
  kind: 'directory' | 'file' | 'image';
  path: string;
  packages: FoundPackage[];
}

const schemes = new Set([
  ...['dir', 'file', 'sbom', 'docker-archive', 'oci-archive', 'oci-dir'],
]);

/**
 * Reads a target.
 *
 * @param target - with its scheme, or a path
 * @throws Error with a sentence for what cannot be read
 */
export async function scanTarget(target: string): Promise<Scanned> {
  const [, scheme, rest] = /^([a-z][a-z-]+):(.+)$/.exec(target) ?? [];
  const path = scheme ? rest : target;
  if (scheme && !schemes.has(scheme))
    throw new Error(
      `The stand-in scanner does not read ${scheme}: it knows ${[...schemes].join(', ')}.`,
    );
  if (!existsSync(path))
    throw new Error(
      `There is no ${path}. The stand-in scanner asks no registry: save the image into an archive first.`,
    );
  const isFolder = statSync(path).isDirectory();
  if (scheme === 'sbom') return file(path, readSbom);
  if (/^(oci|docker)-/.test(scheme ?? '') || /\.tar$/.test(path))
    return {
      ...{ kind: 'image', path },
      packages: await imagePackages(
        isFolder ? folderEntries(path) : archiveEntries(path),
      ),
    };
  if (isFolder) return { kind: 'directory', path, packages: folder(path) };
  return file(
    path,
    /\.json$/.test(path) && !isPackageList(path) ? readSbom : readPackages,
  );
}

function file(
  path: string,
  read: (path: string, text: string) => FoundPackage[],
): Scanned {
  return {
    kind: 'file',
    path,
    packages: read(path, readFileSync(path, 'utf8')),
  };
}

function folder(root: string, below = ''): FoundPackage[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap(
    entry => {
      const path = join(below, entry.name);
      if (entry.isDirectory())
        return ['.git', 'node_modules'].includes(entry.name)
          ? []
          : folder(root, path);
      return entry.isFile() && isPackageList(path)
        ? readPackages(path, readFileSync(join(root, path), 'utf8'))
        : [];
    },
  );
}

interface Entry {
  name: string;
  content: Readable;
}

async function* archiveEntries(path: string): AsyncGenerator<Entry> {
  const archive = extract();
  const reading = pipeline(createReadStream(path), archive);
  // Who stops reading in the middle is told by the loop below.
  reading.catch(() => {});
  for await (const entry of archive) {
    yield { name: entry.header.name, content: entry as unknown as Readable };
    entry.resume();
  }
  await reading;
}

async function* folderEntries(root: string): AsyncGenerator<Entry> {
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(root, name)).isFile())
      yield { name, content: createReadStream(join(root, name)) };
}

interface Manifest {
  manifests?: { digest: string }[];
  layers?: { digest: string }[];
}

/** Reads the files of an image once: documents are kept, of layers only lists of packages. */
async function imagePackages(
  entries: AsyncIterable<Entry>,
): Promise<FoundPackage[]> {
  const documents = new Map<string, string>();
  const layers = new Map<string, Map<string, string>>();
  for await (const { name, content } of entries) {
    const { first, all } = await peek(content);
    if (first.subarray(0, 1).toString().match(/[[{]/))
      documents.set(clean(name), (await collect(all)).toString('utf8'));
    else if (first.length > 1)
      layers.set(clean(name), await layerLists(first, all));
  }
  const files = new Map<string, string>();
  for (const layer of layerOrder(documents))
    for (const [path, text] of layers.get(layer) ?? []) files.set(path, text);
  return [...files].flatMap(([path, text]) => readPackages(path, text));
}

/** Names of the layers, lowest first. */
function layerOrder(documents: ReadonlyMap<string, string>): string[] {
  const docker = documents.get('manifest.json');
  if (docker) {
    const [{ Layers }] = JSON.parse(docker) as [{ Layers: string[] }];
    return Layers.map(clean);
  }
  const read = (name: string) =>
    JSON.parse(documents.get(name) ?? '{}') as Manifest;
  const blob = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  let manifest = read('index.json');
  while (manifest.manifests?.[0])
    manifest = read(blob(manifest.manifests[0].digest));
  if (!manifest.layers)
    throw new Error(
      'This is no image: it has neither manifest.json nor index.json.',
    );
  return manifest.layers.map(({ digest }) => blob(digest));
}

async function layerLists(
  first: Buffer,
  content: Readable,
): Promise<Map<string, string>> {
  const lists = new Map<string, string>();
  const layer = extract();
  const unpack = unpackers(first.subarray(0, 4).toString('hex'));
  const reading = pipeline([content, ...unpack, layer]);
  reading.catch(() => {});
  for await (const entry of layer) {
    const name = clean(entry.header.name);
    if (isPackageList(name))
      lists.set(
        name,
        (await collect(entry as unknown as Readable)).toString('utf8'),
      );
    else entry.resume();
  }
  await reading;
  return lists;
}

async function peek(
  content: Readable,
): Promise<{ first: Buffer; all: Readable }> {
  const iterator = content[Symbol.asyncIterator]();
  const { value, done } = await iterator.next();
  const first = done ? Buffer.alloc(0) : (value as Buffer);
  async function* everything() {
    if (!done) yield first;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value as Buffer;
    }
  }
  return { first, all: Readable.from(everything()) };
}

async function collect(content: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function clean(name: string): string {
  return name.replace(/^\.?\//, '');
}

/** How a layer is packed, by its first bytes. */
function unpackers(magic: string) {
  if (magic.startsWith('1f8b')) return [createGunzip()];
  return magic === '28b52ffd' ? [createZstdDecompress()] : [];
}

import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster';
import { ApiFailure, died, forbidden, wrongParameters } from '../failure';
import { storageFor } from '../guests/volumes';
import { boolean, format, oneOf, optional, string } from '../params/spec';
import { allOf, route, type Call, type Route } from '../router';
import type { StorageFile } from '../state';

/** The catalogue of container templates, shorter than the real one. */
const appliances = [
  ['debian-12-standard_12.12-1_amd64.tar.zst', 'debian-12', '12.12-1'],
  ['debian-13-standard_13.1-2_amd64.tar.zst', 'debian-13', '13.1-2'],
  ['ubuntu-24.04-standard_24.04-2_amd64.tar.zst', 'ubuntu-24.04', '24.04-2'],
].map(([template, os, version]) => ({
  template,
  os,
  version,
  section: 'system',
  type: 'lxc',
  architecture: 'amd64',
  source: 'pretended by the sandbox',
}));

/** Bytes of what is pretended to come from the catalogue. */
const applianceBytes = 129_000_000;
/** More than this is not read for a test of a download, bytes. */
const mostBytes = 2 * 1024 ** 3;

/** Calls by which the cluster itself gets files. */
export const downloadRoutes: Route[] = [
  route(
    'POST',
    '/nodes/{node}/storage/{storage}/download-url',
    {
      params: {
        content: {
          ...oneOf('iso', 'vztmpl', 'import'),
          format: 'pve-storage-content',
        },
        filename: string({ maxLength: 255 }),
        url: string({ pattern: /^https?:\/\/.*/ }),
        ...optional({
          checksum: string({ requires: 'checksum-algorithm' }),
          'checksum-algorithm': {
            ...oneOf('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'),
            requires: 'checksum',
          },
          'verify-certificates': boolean(),
        }),
      },
    },
    downloadUrl,
  ),
  route('GET', '/nodes/{node}/aplinfo', {}, () => appliances),
  route(
    'POST',
    '/nodes/{node}/aplinfo',
    {
      permission: allOf('/storage/{storage}', 'Datastore.AllocateTemplate'),
      params: {
        storage: format('pve-storage-id'),
        template: string({ maxLength: 255 }),
      },
    },
    downloadAppliance,
  ),
];

function downloadUrl({ cluster, by, params }: Call): string {
  const { access } = cluster;
  const [node, storage] = [String(params.node), String(params.storage)];
  access.require(by, `/storage/${storage}`, ['Datastore.AllocateTemplate']);
  const mayOnNode = access.has(by, `/nodes/${node}`, 'Sys.AccessNetwork');
  const mayAll = ['Sys.Audit', 'Sys.Modify'].every(name =>
    access.has(by, '/', name),
  );
  if (!mayOnNode && !mayAll)
    throw forbidden(`/nodes/${node}`, ['Sys.AccessNetwork']);
  const content = String(params.content) as StorageFile['content'];
  const filename = String(params.filename).replace(/[^-\w.+]/g, '_');
  storageFor(cluster, storage, content);
  const extension = /\.(qcow2|raw|vmdk|ova|iso|img|tar\.(?:zst|xz|gz))$/.exec(
    filename,
  )?.[1];
  if (!extension || (content === 'import' && extension === 'img'))
    throw wrongParameters({
      filename: `invalid filename or wrong extension`,
    });
  const file = { storage, node, content, name: `${content}/${filename}` };
  requireNew(cluster, file);
  return cluster.tasks.start(
    { node, type: 'download', id: filename, by },
    async task => {
      task.log(`downloading ${String(params.url)} to ${file.name}`);
      await task.spend('download');
      const body = await fetchFile(String(params.url));
      const algorithm = params['checksum-algorithm'];
      if (algorithm !== undefined) {
        const found = createHash(String(algorithm)).update(body).digest('hex');
        if (found !== String(params.checksum).toLowerCase())
          throw new Error(
            `checksum mismatch: got '${found}' != expect '${String(params.checksum)}'`,
          );
        task.log(`OK, checksum verified`);
      }
      keep(cluster, {
        ...file,
        format: extension,
        size: body.length,
        virtualSize: content === 'import' ? virtualSize(body) : undefined,
      });
    },
  );
}

/** Really gets the file: addresses and checksums are wrong here as they are with a real one. */
async function fetchFile(url: string): Promise<Buffer> {
  const response = await fetch(url).catch(error => {
    throw new Error(
      `download failed: ${String((error as Error).cause ?? error)}`,
    );
  });
  if (!response.ok)
    throw new Error(
      `download failed: ${response.status} ${response.statusText}`,
    );
  if (Number(response.headers.get('content-length') ?? 0) > mostBytes)
    throw new Error('download failed: too large for the sandbox');
  return Buffer.from(await response.arrayBuffer());
}

/** Bytes of the disk in an image: a qcow2 says it in its header, any other is as large as its file. */
function virtualSize(image: Buffer): number {
  return image.length > 32 && image.readUInt32BE(0) === 0x514649fb
    ? Number(image.readBigUInt64BE(24))
    : image.length;
}

function downloadAppliance({ cluster, by, params }: Call): string {
  const [node, storage] = [String(params.node), String(params.storage)];
  const template = String(params.template);
  if (!appliances.some(item => item.template === template))
    throw wrongParameters({ template: 'no such template' });
  storageFor(cluster, storage, 'vztmpl');
  return cluster.tasks.start(
    { node, type: 'download', id: '', by },
    async task => {
      task.log(`downloading ${template} (pretended by the sandbox)`);
      await task.spend('download');
      const name = `vztmpl/${template}`;
      const file = { storage, node, content: 'vztmpl' as const, name };
      if (!find(cluster, file))
        keep(cluster, { ...file, format: 'tzst', size: applianceBytes });
    },
  );
}

type Place = Pick<StorageFile, 'storage' | 'node' | 'content' | 'name'>;

function find(cluster: Cluster, { storage, node, name }: Place) {
  return cluster.state.files.find(
    file =>
      file.storage === storage && file.node === node && file.name === name,
  );
}

function requireNew(cluster: Cluster, file: Place): void {
  if (find(cluster, file))
    throw died(`refusing to override existing file '${file.name}'`);
}

function keep(cluster: Cluster, file: Omit<StorageFile, 'createdAt'>): void {
  if (find(cluster, file))
    throw new ApiFailure(500, `file '${file.name}' exists already\n`);
  const createdAt = Math.floor(Date.now() / 1000);
  cluster.state.files.push({ ...file, createdAt });
  cluster.changed();
}

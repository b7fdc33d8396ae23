import type { CallOptions, ProxmoxApi, ProxmoxResources } from '@nante/clients';
import type { TemplateRequest } from '@nante/model';
import type { TemplateMark } from './mark';

/** What a template is made from, and how it comes onto the storage. */
export interface TemplateImage {
  /** Volume that it is, or will be. */
  volumeId: string;
  storage: string;
  mark: TemplateMark;
  /** How it is fetched where it is not there. */
  fetch?: { type: 'url'; url: string } | { type: 'catalogue'; file: string };
  isThere: boolean;
}

const endings = {
  vm: /\.(?:qcow2|raw|vmdk)$/,
  lxc: /\.tar\.(?:zst|xz|gz)$/,
};

const contentOf = (kind: TemplateRequest['kind']) =>
  kind === 'vm' ? 'import' : 'vztmpl';

/** Nodes that have the volume of a request; all where it names none. */
export async function nodesWithImage(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  { kind, image }: TemplateRequest,
  options: CallOptions,
): Promise<string[]> {
  const all = resources.nodes
    .filter(({ status }) => status === 'online')
    .map(({ name }) => name);
  const storage = image?.split(':')[0];
  if (!image?.includes(':')) return all;
  const found: string[] = [];
  for (const node of all) {
    const has = resources.storages.some(
      item =>
        item.node === node &&
        item.name === storage &&
        item.status === 'available',
    );
    if (!has) continue;
    const volumes = await proxmox.storageContent(
      node,
      storage!,
      contentOf(kind),
      options,
    );
    if (volumes.some(({ volumeId }) => volumeId === image)) found.push(node);
  }
  return found;
}

/**
 * Finds out what a request means by its image, on one node.
 *
 * @returns the image, or why there is none
 */
export async function resolveImage(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  request: TemplateRequest,
  node: string,
  options: CallOptions,
): Promise<TemplateImage | string> {
  const { kind, image, imageUrl, imageStorage } = request;
  const content = contentOf(kind);
  const storages = resources.storages
    .filter(
      item =>
        item.node === node &&
        item.status === 'available' &&
        item.content.includes(content),
    )
    .map(({ name }) => name)
    .sort();
  const named = image?.includes(':') ? image.split(':')[0] : imageStorage;
  const storage = named ?? storages[0];
  if (storage === undefined || !storages.includes(storage))
    return `${storage === undefined ? `No storage on ${node}` : `The storage ${storage} on ${node} is not there, or`} takes no files of the content "${content}"; ${storages.length > 0 ? `choose ${storages.join(', ')}` : `switch that content on in Proxmox (Datacenter, Storage, or: pvesm set STORAGE --content …,${content})`}.`;
  const there = await proxmox.storageContent(node, storage, content, options);
  const has = (volumeId: string) =>
    there.some(volume => volume.volumeId === volumeId);
  if (imageUrl) return byUrl(request, storage, has);
  if (image?.includes(':')) {
    if (!image.includes(`:${content}/`) || !endings[kind].test(image))
      return `${image} is nothing that a ${kind === 'vm' ? 'virtual machine' : 'container'} can be made from.`;
    return {
      volumeId: image,
      storage,
      mark: { kind, source: image, checksum: 'none' },
      isThere: has(image),
    };
  }
  if (kind === 'vm')
    return 'Say what the template is made from: an address with its checksum, or a volume of the content "import" that is there.';
  const file = image ?? (await newestDebian(proxmox, node, options));
  if (!file) return `The catalogue of ${node} has no Debian; name an image.`;
  const volumeId = `${storage}:vztmpl/${file}`;
  const known = has(volumeId);
  if (!known && image) {
    const offered = await proxmox.appliances(node, options);
    if (!offered.some(item => item.file === image))
      return `${image} is neither on ${storage} nor in the catalogue of ${node}; look with: pveam available`;
  }
  return {
    volumeId,
    storage,
    mark: { kind, source: file, checksum: 'none' },
    fetch: { type: 'catalogue', file },
    isThere: known,
  };
}

function byUrl(
  { kind, imageUrl, imageChecksum }: TemplateRequest,
  storage: string,
  has: (volumeId: string) => boolean,
): TemplateImage | string {
  if (!URL.canParse(imageUrl!)) return `${imageUrl} is no address.`;
  const { username, password } = new URL(imageUrl!);
  if (username || password)
    return 'The address of the image has a user or password in it, which would be kept with the run; use one without.';
  if (!imageChecksum)
    return 'An image from an address needs its checksum, which stands beside it where it is published.';
  const [algorithm, digits] = imageChecksum.toLowerCase().split(':');
  const address = new URL(imageUrl!);
  const plain = (address.pathname.split('/').at(-1) ?? '').replace(
    /[^-\w.+]/g,
    '_',
  );
  // Clouds publish qcow2 as .img, which Proxmox imports by its right name only.
  const name = kind === 'vm' ? plain.replace(/\.img$/, '.qcow2') : plain;
  const ending = endings[kind].exec(name)?.[0];
  if (!ending)
    return `The file at ${imageUrl} is nothing that Proxmox imports; it has to end with ${kind === 'vm' ? '.qcow2, .img, .raw or .vmdk' : '.tar.zst, .tar.xz or .tar.gz'}.`;
  // With its checksum in its name a file is what it says: another edition of the same address is another file.
  const file = `${name.slice(0, -ending.length)}-${digits.slice(0, 12)}${ending}`;
  const volumeId = `${storage}:${contentOf(kind)}/${file}`;
  return {
    volumeId,
    storage,
    // Without its query, which may be a signature.
    mark: {
      kind,
      source: `${address.origin}${address.pathname}`,
      checksum: `${algorithm}:${digits}`,
    },
    fetch: { type: 'url', url: imageUrl! },
    isThere: has(volumeId),
  };
}

/** The newest Debian of the catalogue. */
async function newestDebian(
  proxmox: ProxmoxApi,
  node: string,
  options: CallOptions,
): Promise<string | undefined> {
  const offered = await proxmox.appliances(node, options);
  return offered
    .map(({ file }) => file)
    .filter(file => /^debian-\d+-standard_/.test(file))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
}

/** Fetches the image where it is not there, with its checksum where it has one. */
export async function fetchImage(
  proxmox: ProxmoxApi,
  node: string,
  image: TemplateImage,
  options: CallOptions,
): Promise<void> {
  const { storage, volumeId, mark } = image;
  const how = image.fetch!;
  const [algorithm, value] = mark.checksum.split(':');
  const upid =
    how.type === 'catalogue'
      ? await proxmox.downloadAppliance(node, storage, how.file, options)
      : await proxmox.downloadFile(
          node,
          storage,
          {
            url: how.url,
            name: volumeId.split('/').at(-1)!,
            content: contentOf(mark.kind),
            checksum: { algorithm, value },
          },
          options,
        );
  // A slow mirror and a large image: Proxmox itself has no deadline.
  await proxmox.waitForTask(upid, { ...options, timeoutMs: 3_600_000 });
}

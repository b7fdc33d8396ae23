import type {
  ProxmoxNode,
  ProxmoxResources,
  ProxmoxStorage,
} from '@nante/clients';
import type { Policy, ProvisionRequest } from '@nante/model';
import { check, type ResolvedSize } from '../policy/policy';
import type { CheckResult } from '../types';
import type { Image } from './images';

/** Where a guest is made, and from what. */
export interface Placement {
  node: string;
  storage: string;
  image: Image;
  /** A copy of its own instead of a linked clone. */
  fullClone: boolean;
}

/** Storage types whose template disks can be cloned by reference. */
const linkableTypes = [
  'lvmthin',
  'zfspool',
  'rbd',
  'dir',
  'nfs',
  'cifs',
  'btrfs',
];

const gibibyte = 1024 ** 3;

/**
 * Chooses node, storage and image where the request leaves them open: the newest image, the allowed node that is online
 * and has the most free memory, the allowed storage with the most free space. Pure.
 *
 * @returns every check with its outcome, and the placement when all of them hold
 */
export function choosePlacement(
  request: Pick<ProvisionRequest, 'kind' | 'node' | 'storage' | 'image'>,
  size: ResolvedSize,
  policy: Policy,
  resources: ProxmoxResources,
  images: readonly Image[],
): { checks: CheckResult[]; placement?: Placement } {
  // A container that somebody prepared is cloned for whoever names it: it lets nobody in but who has its key.
  const offered = images.filter(
    ({ kind, templateVmId }) => kind === 'vm' || templateVmId === null,
  );
  const image = request.image
    ? images.find(({ id }) => id === request.image)
    : (offered.find(candidate => candidate.minimumDiskGb <= size.diskGb) ??
      offered[0]);
  const checks = [
    check(
      'image',
      'The template is there',
      'image',
      imageProblem(request, image, size),
    ),
  ];
  const nodes = allowedNodes(policy, resources);
  const node = request.node
    ? nodes.find(({ name }) => name === request.node)
    : bestNode(
        image ? nodes.filter(({ name }) => image.nodes.includes(name)) : nodes,
      );
  checks.push(
    check(
      'node',
      'A node can take the host',
      'node',
      nodeProblem(request, node, resources, image),
    ),
  );
  if (!node || !image) return { checks };
  const storages = allowedStorages(request, policy, resources, node.name);
  const storage = request.storage
    ? storages.find(({ name }) => name === request.storage)
    : bestStorage(storages);
  checks.push(
    check(
      'storage',
      'A storage has room for the disk',
      'storage',
      storageProblem(request, storage, node.name, size),
    ),
  );
  if (!storage || checks.some(({ ok }) => !ok)) return { checks };
  const linked =
    request.kind === 'vm' &&
    image.storage === storage.name &&
    linkableTypes.includes(storage.type);
  return {
    checks,
    placement: {
      node: node.name,
      storage: storage.name,
      image,
      fullClone: !linked,
    },
  };
}

function imageProblem(
  request: Pick<ProvisionRequest, 'kind' | 'image'>,
  image: Image | undefined,
  size: ResolvedSize,
): string | undefined {
  const what = request.kind === 'vm' ? 'template VM' : 'container template';
  if (!image)
    return request.image
      ? `The ${what} ${request.image} is not there any more; choose another one.`
      : `There is no ${what}, or our token may not see one; make one, or give the token VM.Audit and Datastore.Audit on it.`;
  return image.minimumDiskGb > size.diskGb
    ? `The disk of ${what} ${image.id} has ${image.minimumDiskGb} GiB, and a disk cannot shrink: ask for at least that instead of ${size.diskGb} GiB.`
    : undefined;
}

function allowedNodes(policy: Policy, resources: ProxmoxResources) {
  return resources.nodes.filter(
    ({ name, status }) =>
      status === 'online' &&
      (policy.nodes.length === 0 || policy.nodes.includes(name)),
  );
}

function bestNode(nodes: readonly ProxmoxNode[]): ProxmoxNode | undefined {
  const free = ({ memory, memoryUsed = 0 }: ProxmoxNode) => memory - memoryUsed;
  return [...nodes].sort(
    (a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1),
  )[0];
}

function nodeProblem(
  request: Pick<ProvisionRequest, 'node'>,
  node: ProxmoxNode | undefined,
  resources: ProxmoxResources,
  image: Image | undefined,
): string | undefined {
  const names = resources.nodes
    .filter(({ status }) => status === 'online')
    .map(({ name }) => name)
    .sort()
    .join(', ');
  if (!node && request.node)
    return `The node ${request.node} is not online or not there; choose one of ${names}.`;
  if (!node)
    return image
      ? `No allowed node that is online holds the template ${image.id}, which lies on ${image.nodes.join(', ')}.`
      : 'No allowed node is online.';
  return image && !image.nodes.includes(node.name)
    ? `The template ${image.id} lies on ${image.nodes.join(', ')}, on a storage that ${node.name} does not have; choose that node, or another template.`
    : undefined;
}

function allowedStorages(
  request: Pick<ProvisionRequest, 'kind'>,
  policy: Policy,
  resources: ProxmoxResources,
  node: string,
): ProxmoxStorage[] {
  const content = request.kind === 'vm' ? 'images' : 'rootdir';
  return resources.storages.filter(
    storage =>
      storage.node === node &&
      storage.status === 'available' &&
      storage.content.includes(content) &&
      (policy.storages.length === 0 || policy.storages.includes(storage.name)),
  );
}

function bestStorage(
  storages: readonly ProxmoxStorage[],
): ProxmoxStorage | undefined {
  const free = ({ size, used }: ProxmoxStorage) => size - used;
  return [...storages].sort(
    (a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1),
  )[0];
}

function storageProblem(
  request: Pick<ProvisionRequest, 'kind' | 'storage'>,
  storage: ProxmoxStorage | undefined,
  node: string,
  size: ResolvedSize,
): string | undefined {
  const content = request.kind === 'vm' ? 'VM disks' : 'container disks';
  if (!storage)
    return request.storage
      ? `The storage ${request.storage} is not available on ${node}, or takes no ${content}; choose another one.`
      : `No allowed storage on ${node} takes ${content}.`;
  const freeGb = Math.floor((storage.size - storage.used) / gibibyte);
  return freeGb < size.diskGb
    ? `The storage ${storage.name} on ${node} has ${freeGb} GiB free, and the disk needs ${size.diskGb} GiB; choose another storage, or a smaller disk.`
    : undefined;
}

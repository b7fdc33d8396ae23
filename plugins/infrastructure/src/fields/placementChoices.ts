import type { PlacementOptions } from '@nante/plugin-infrastructure-common';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Value of the placement field. What is left out is chosen when the run starts. */
export interface PlacementValue {
  environment?: string;
  /** Name of a configured size, or `custom` with the three figures. */
  size?: string;
  cores?: number;
  memoryMb?: number;
  diskGb?: number;
  node?: string;
  storage?: string;
  image?: string;
}

/** Why something can't be chosen. */
export type Reason =
  'offline' | 'notAllowed' | 'noRoom' | 'full' | 'elsewhere' | 'tooSmall';

/** Figures of the chosen size; undefined until it is complete. */
export function sizeOf(
  value: PlacementValue,
  options: PlacementOptions,
): { cores: number; memoryMb: number; diskGb: number } | undefined {
  if (value.size !== 'custom') {
    return options.sizes.find(({ name }) => name === value.size);
  }
  const { cores, memoryMb, diskGb } = value;
  return cores && memoryMb && diskGb ? { cores, memoryMb, diskGb } : undefined;
}

export function nodeReason(
  node: PlacementOptions['nodes'][number],
  memoryMb: number | undefined,
): Reason | undefined {
  if (!node.online) return 'offline';
  if (!node.allowed) return 'notAllowed';
  if (memoryMb === undefined || node.memoryUsed === undefined) return undefined;
  return node.memory - node.memoryUsed < memoryMb * MIB ? 'noRoom' : undefined;
}

export function storageReason(
  storage: PlacementOptions['storages'][number],
  node: string | undefined,
  diskGb: number | undefined,
): Reason | undefined {
  if (node && !storage.nodes.includes(node)) return 'elsewhere';
  if (diskGb === undefined) return undefined;
  return storage.size - storage.used < diskGb * GIB ? 'full' : undefined;
}

export function imageReason(
  image: PlacementOptions['images'][number],
  node: string | undefined,
  diskGb: number | undefined,
): Reason | undefined {
  if (node && !image.shared && image.node !== node) return 'elsewhere';
  if (diskGb === undefined || image.minimumDiskGb === undefined) {
    return undefined;
  }
  return image.minimumDiskGb > diskGb ? 'tooSmall' : undefined;
}

/** Memory of the node that takes the guest, afterwards: 0 to 1. Undefined while it isn't known. */
export function afterwards(
  value: PlacementValue,
  options: PlacementOptions,
): { node: string; part: number } | undefined {
  const node = value.node
    ? options.nodes.find(({ name }) => name === value.node)
    : options.nodes.find(({ bestFit }) => bestFit);
  const size = sizeOf(value, options);
  if (!node || !size || node.memoryUsed === undefined) return undefined;
  return {
    node: node.name,
    part: (node.memoryUsed + size.memoryMb * MIB) / node.memory,
  };
}

/** What speaks against a placement. */
export type PlacementProblem =
  | { kind: 'incomplete' | 'customIncomplete' | 'overMaximum' }
  | { kind: 'refused'; reason: string }
  | { kind: 'infeasible'; what: string; reason: Reason };

/**
 * First thing that speaks against a placement.
 *
 * @param options - live figures; left out where Proxmox doesn't answer, the run checks then
 */
export function placementProblem(
  value: PlacementValue | undefined,
  options: PlacementOptions | undefined,
): PlacementProblem | undefined {
  if (!value?.environment || !value.size) return { kind: 'incomplete' };
  const custom = value.size === 'custom';
  if (custom && !(value.cores && value.memoryMb && value.diskGb)) {
    return { kind: 'customIncomplete' };
  }
  if (!options) return undefined;

  const { maximum } = options;
  const over =
    (value.cores ?? 0) > maximum.cores ||
    (value.memoryMb ?? 0) > maximum.memoryMb ||
    (value.diskGb ?? 0) > maximum.diskGb;
  if (custom && over) return { kind: 'overMaximum' };
  const size = options.sizes.find(({ name }) => name === value.size);
  if (size && !size.allowed) {
    return { kind: 'refused', reason: size.reason ?? size.title };
  }
  if (options.error) return undefined;

  const figures = sizeOf(value, options);
  const node = options.nodes.find(({ name }) => name === value.node);
  const storage = options.storages.find(({ name }) => name === value.storage);
  const image = options.images.find(({ id }) => id === value.image);
  const checks: [string, Reason | undefined][] = [
    [node?.name ?? '', node && nodeReason(node, figures?.memoryMb)],
    [
      storage?.name ?? '',
      storage && storageReason(storage, value.node, figures?.diskGb),
    ],
    [
      image?.title ?? '',
      image && imageReason(image, value.node, figures?.diskGb),
    ],
  ];
  for (const [what, reason] of checks) {
    if (reason) return { kind: 'infeasible', what, reason };
  }
  return undefined;
}
